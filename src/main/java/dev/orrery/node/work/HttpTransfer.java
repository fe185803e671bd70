package dev.orrery.node.work;

import dev.orrery.execution.Executor.Transfer;
import dev.orrery.model.BlobId;
import dev.orrery.model.CapturedLog;
import dev.orrery.model.Content;
import dev.orrery.model.StoredFile;
import dev.orrery.protocol.WorkerCommand.Assignment;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.net.ssl.SSLContext;

/**
 * Moves bytes between a worker and a master over HTTP, under the token of the attempt. Blocking;
 * for the threads of attempts.
 */
public final class HttpTransfer implements Transfer, AutoCloseable {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration SHIP_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration FILE_TIMEOUT = Duration.ofHours(1);
    private static final Pattern SHA256 = Pattern.compile("\"sha256\"\\s*:\\s*\"([0-9a-f]{64})\"");

    private final HttpClient client;

    public HttpTransfer(Optional<SSLContext> tls) {
        HttpClient.Builder builder =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(CONNECT_TIMEOUT)
                        .followRedirects(HttpClient.Redirect.NEVER);
        tls.ifPresent(builder::sslContext);
        this.client = builder.build();
    }

    @Override
    public void fetch(Assignment assignment, StoredFile input, Path to) throws IOException {
        if (!(input.content() instanceof Content.Stored stored)) {
            throw new IOException("not stored as a blob: " + input.name());
        }
        HttpRequest request =
                request(assignment, "/internal/v1/blobs/" + stored.blob())
                        .timeout(FILE_TIMEOUT)
                        .GET()
                        .build();
        HttpResponse<InputStream> response = send(request, BodyHandlers.ofInputStream());
        try (InputStream body = response.body()) {
            expect(response, 200);
            MessageDigest digest = sha256();
            try (DigestOutputStream out =
                    new DigestOutputStream(Files.newOutputStream(to), digest)) {
                body.transferTo(out);
            }
            String found = HexFormat.of().formatHex(digest.digest());
            if (!found.equals(stored.blob().sha256())) {
                throw new IOException("the checksum of " + input.name() + " does not match");
            }
        }
    }

    @Override
    public BlobId store(Assignment assignment, Path file) throws IOException {
        HttpRequest request =
                request(assignment, "/internal/v1/blobs")
                        .timeout(FILE_TIMEOUT)
                        .PUT(BodyPublishers.ofFile(file))
                        .build();
        HttpResponse<String> response = send(request, BodyHandlers.ofString());
        if (response.statusCode() / 100 != 2) {
            throw refused(response.statusCode());
        }
        Matcher id = SHA256.matcher(response.body());
        if (!id.find()) {
            throw new IOException("the master did not say under which name it stored the file");
        }
        return new BlobId(id.group(1));
    }

    @Override
    public void ship(
            Assignment assignment,
            CapturedLog.Stream stream,
            long offset,
            ByteBuffer bytes,
            boolean last)
            throws IOException {
        String query =
                "?stream="
                        + stream.name().toLowerCase(Locale.ROOT)
                        + "&offset="
                        + offset
                        + "&last="
                        + last;
        HttpRequest request =
                request(assignment, "/internal/v1/logs" + query)
                        .timeout(SHIP_TIMEOUT)
                        .POST(body(bytes))
                        .build();
        HttpResponse<Void> response = send(request, BodyHandlers.discarding());
        if (response.statusCode() / 100 != 2) {
            throw refused(response.statusCode());
        }
    }

    private static BodyPublisher body(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return BodyPublishers.ofByteArray(copy);
    }

    private static HttpRequest.Builder request(Assignment assignment, String path) {
        return HttpRequest.newBuilder(URI.create(assignment.dataUri() + path))
                .header("Authorization", "Bearer " + assignment.token())
                .header("Content-Type", "application/octet-stream");
    }

    private <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler)
            throws IOException {
        try {
            return client.send(request, handler);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while moving bytes", interrupted);
        }
    }

    private static void expect(HttpResponse<?> response, int status) throws IOException {
        if (response.statusCode() != status) {
            throw refused(response.statusCode());
        }
    }

    private static IOException refused(int status) {
        return new IOException("the master answered with status " + status);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every Java runtime has SHA-256", missing);
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
