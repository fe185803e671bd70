package dev.orrery.node.work;

import dev.orrery.execution.Executor.Transfer;
import dev.orrery.model.BlobId;
import dev.orrery.model.CapturedLog;
import dev.orrery.model.Content;
import dev.orrery.model.StoredFile;
import dev.orrery.protocol.WorkerCommand.Assignment;
import dev.orrery.store.replica.Transmission;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.net.ssl.SSLContext;

/**
 * Moves bytes between a worker and the masters over HTTP, under the token of the attempt. Blocking;
 * for the threads of attempts.
 */
public final class HttpTransfer implements Transfer, AutoCloseable {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

    /** A master that is silent for so long is left for another one. */
    private static final Duration IDLE = Duration.ofSeconds(10);

    /** 16 MiB/s, which every disk and network has. */
    private static final long DISK_BYTES_PER_MILLI = 16_384;

    private static final Pattern SHA256 = Pattern.compile("\"sha256\"\\s*:\\s*\"([0-9a-f]{64})\"");

    private final HttpClient client;
    private final MasterAddresses addresses;
    private final Duration idle;

    /**
     * Moves bytes to and from whichever master answers.
     *
     * @param living where the masters that live serve bytes, scheme to port, the leader first
     */
    public HttpTransfer(Optional<SSLContext> tls, Supplier<List<String>> living) {
        this(tls, living, IDLE);
    }

    HttpTransfer(Optional<SSLContext> tls, Supplier<List<String>> living, Duration idle) {
        this.idle = idle;
        this.addresses = new MasterAddresses(living);
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
        anywhere(assignment, master -> fetch(master, assignment, stored.blob(), to));
    }

    private BlobId fetch(String master, Assignment assignment, BlobId blob, Path to)
            throws IOException {
        MessageDigest digest = sha256();
        try (DigestOutputStream out = new DigestOutputStream(Files.newOutputStream(to), digest)) {
            expect(
                    Transmission.get(
                            client,
                            request(master, assignment, "/internal/v1/blobs/" + blob),
                            out::write,
                            idle));
        }
        String found = HexFormat.of().formatHex(digest.digest());
        if (!found.equals(blob.sha256())) {
            throw new IOException("the checksum of " + blob + " does not match: " + found);
        }
        return blob;
    }

    @Override
    public BlobId store(Assignment assignment, Path file) throws IOException {
        return anywhere(assignment, master -> store(master, assignment, file));
    }

    private BlobId store(String master, Assignment assignment, Path file) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        expect(
                Transmission.put(
                        client,
                        request(master, assignment, "/internal/v1/blobs"),
                        file,
                        answer::write,
                        idle.plus(diskTime(Files.size(file)))));
        Matcher id = SHA256.matcher(answer.toString(StandardCharsets.UTF_8));
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
        String path =
                "/internal/v1/logs?stream="
                        + stream.name().toLowerCase(Locale.ROOT)
                        + "&offset="
                        + offset
                        + "&last="
                        + last;
        Duration timeout = idle.plus(diskTime(offset));
        anywhere(
                assignment,
                master -> {
                    HttpRequest request =
                            request(master, assignment, path)
                                    .timeout(timeout)
                                    .POST(body(bytes))
                                    .build();
                    return shipped(send(request), offset);
                });
    }

    private static long shipped(HttpResponse<Void> response, long offset) throws IOException {
        if (response.statusCode() == 409) {
            throw new BehindException(
                    response.headers().firstValueAsLong("x-orrery-log-bytes").orElse(0));
        }
        expect(response);
        return offset;
    }

    /** For masters that copy it all to another one, from disk to disk, before they answer. */
    private static Duration diskTime(long bytes) {
        return Duration.ofMillis(bytes / DISK_BYTES_PER_MILLI);
    }

    /** Tries one master after the other; the attempt's patience comes back when none did it. */
    private <T> T anywhere(Assignment assignment, Errand<T> errand) throws IOException {
        List<IOException> faults = new ArrayList<>();
        for (String master : addresses.inOrder(assignment.dataUri())) {
            try {
                T result = errand.at(master);
                addresses.answered(master);
                return result;
            } catch (BehindException behind) {
                addresses.answered(master);
                throw behind;
            } catch (IOException e) {
                addresses.failed(master);
                faults.forEach(e::addSuppressed);
                faults.clear();
                faults.add(e);
                if (Thread.currentThread().isInterrupted()) {
                    break;
                }
            }
        }
        throw faults.getFirst();
    }

    /** Something done by one master. */
    private interface Errand<T> {
        T at(String master) throws IOException;
    }

    private static BodyPublisher body(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return BodyPublishers.ofByteArray(copy);
    }

    private static HttpRequest.Builder request(String master, Assignment assignment, String path) {
        return HttpRequest.newBuilder(URI.create(master + path))
                .header("Authorization", "Bearer " + assignment.token())
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

    private static void expect(HttpResponse<?> response) throws IOException {
        if (response.statusCode() / 100 != 2) {
            throw new IOException(
                    "the master at "
                            + response.uri().getAuthority()
                            + " answered with status "
                            + response.statusCode());
        }
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
