package dev.orrery.store.replica;

import dev.orrery.model.BlobId;
import dev.orrery.model.Bytes;
import dev.orrery.model.TaskRange;
import dev.orrery.store.LogFiles.Log;
import dev.orrery.store.Masters.Master;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executors;

import javax.net.ssl.SSLContext;

/** Moves bytes from one master to another over HTTP. Blocking, and every call has an end. */
final class Wire implements AutoCloseable {

    static final String BLOBS = "/internal/v1/replicas/blobs/";
    static final String LOGS = "/internal/v1/replicas/logs/";

    /** Says how many bytes of a log a master has. */
    static final String LOG_BYTES = "x-orrery-log-bytes";

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

    /** Without a byte for so long the other one is taken for frozen. */
    private static final Duration IDLE = Duration.ofSeconds(5);

    /** What a disk may take beside this to have them all: 8 MiB/s is slow. */
    private static final long BYTES_PER_MILLI = 8192;

    private final HttpClient client;
    private final byte[] key;

    Wire(Optional<SSLContext> tls, byte[] key) {
        HttpClient.Builder builder =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(CONNECT_TIMEOUT)
                        .executor(Executors.newVirtualThreadPerTaskExecutor())
                        .followRedirects(HttpClient.Redirect.NEVER);
        tls.ifPresent(builder::sslContext);
        this.client = builder.build();
        this.key = key.clone();
    }

    /** Returns when the other master has the blob on its disk. */
    void putBlob(Master to, BlobId blob, Path file) throws IOException {
        Duration idle = IDLE.plusMillis(Files.size(file) / BYTES_PER_MILLI);
        HttpRequest.Builder request = request(to, "PUT", BLOBS + blob, "");
        expect(Transmission.put(client, request, file, bytes -> {}, idle), 204);
    }

    /** Gives the bytes of a blob; false when the other master does not have it. */
    boolean getBlob(Master from, BlobId blob, Transmission.Sink sink) throws IOException {
        HttpRequest.Builder request = request(from, "GET", BLOBS + blob, "");
        HttpResponse<Void> response = Transmission.get(client, request, sink, IDLE);
        if (response.statusCode() == 404) {
            return false;
        }
        expect(response, 200);
        return true;
    }

    /** How many bytes of a log the other master has. */
    long logBytes(Master of, Log log) throws IOException {
        HttpRequest request = request(of, "HEAD", path(log), "").timeout(IDLE).HEAD().build();
        HttpResponse<Void> response = send(request);
        expect(response, 200);
        return logBytes(response);
    }

    /** Gives the bytes of a log from an offset on. */
    void getLog(Master from, Log log, long offset, Transmission.Sink sink) throws IOException {
        HttpRequest.Builder request = request(from, "GET", path(log), "?offset=" + offset);
        expect(Transmission.get(client, request, sink, IDLE), 200);
    }

    /**
     * Brings a piece of a log to the other master; with the last one it is on its disk.
     *
     * @return how many bytes it has now, which is less than the offset where it has a gap
     */
    long putLog(Master to, Log log, Piece piece) throws IOException {
        String query = "?offset=" + piece.offset + "&last=" + piece.last;
        HttpRequest request =
                request(to, "PUT", path(log), query)
                        .timeout(IDLE.plusMillis(piece.bytes.size() / BYTES_PER_MILLI))
                        .PUT(BodyPublishers.ofByteArray(piece.bytes.toArray()))
                        .build();
        HttpResponse<Void> response = send(request);
        if (response.statusCode() != 409) {
            expect(response, 204);
        }
        return logBytes(response);
    }

    /** Some bytes of a log. */
    record Piece(long offset, Bytes bytes, boolean last) {}

    private static String path(Log log) {
        TaskRange tasks = log.attempt().tasks();
        return LOGS
                + String.join(
                        "/",
                        tasks.job().toString(),
                        tasks.first() + "-" + tasks.last(),
                        Integer.toString(log.attempt().number()),
                        log.stream().name().toLowerCase(Locale.ROOT));
    }

    private HttpRequest.Builder request(Master to, String method, String path, String query) {
        MasterToken.Right right = new MasterToken.Right(to.id(), method, path + query);
        return HttpRequest.newBuilder(URI.create(to.dataUri() + path + query))
                .header("Authorization", "Bearer " + MasterToken.mint(right, key, Instant.now()))
                .header("Content-Type", "application/octet-stream");
    }

    private HttpResponse<Void> send(HttpRequest request) throws IOException {
        try {
            return client.send(request, BodyHandlers.discarding());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while moving bytes", interrupted);
        }
    }

    private static long logBytes(HttpResponse<?> response) throws IOException {
        return response.headers()
                .firstValueAsLong(LOG_BYTES)
                .orElseThrow(() -> new IOException("the master did not say how much it has"));
    }

    private static void expect(HttpResponse<?> response, int status) throws IOException {
        if (response.statusCode() != status) {
            throw new IOException(
                    "the master at "
                            + response.uri().getAuthority()
                            + " answered with status "
                            + response.statusCode());
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
