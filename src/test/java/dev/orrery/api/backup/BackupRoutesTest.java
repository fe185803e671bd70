package dev.orrery.api.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orrery.api.Answer;
import dev.orrery.api.ApiFixture;
import dev.orrery.api.Form;
import dev.orrery.model.JobId;
import dev.orrery.store.backup.Restore;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/** A backup as a client of the API sees it. */
final class BackupRoutesTest {

    /** More than the sockets between the two sides hold. */
    private static final int LARGE_BYTES = 32 << 20;

    @TempDir private Path data;
    private ApiFixture api;

    @BeforeEach
    void start() throws Exception {
        api = new ApiFixture(data, Map.of());
    }

    @AfterEach
    void stop() throws Exception {
        api.close();
    }

    @Test
    void backup_isWholeAndLeavesNothing() throws Exception {
        JobId job = api.submit("{\"command\":\"true\"}");
        api.scheduler().start(job);
        api.scheduler().end(job, 0, "hello\n", List.of());

        Answer answer = api.get("/api/v1/backup");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("content-type")).isEqualTo("application/x-tar");
        Restore.Summary summary =
                Restore.verify(new ByteArrayInputStream(answer.response().body()));
        assertThat(summary.jobs()).isEqualTo(1);
        assertThat(data.resolve("backup")).doesNotExist();
    }

    @Test
    void fileThatBecameShorter_breaksTheAnswerOff() throws Exception {
        submitLarge();
        Socket slow = askSlowly();
        truncateBlobs();

        String all;
        try (slow) {
            all = new String(slow.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException reset) {
            all = "";
        }

        // A chunked body that is whole ends with an empty chunk.
        assertThat(all).doesNotEndWith("\r\n0\r\n\r\n").doesNotContain("manifest.ndjson");
        await().until(() -> Files.notExists(data.resolve("backup")));
    }

    @Test
    void second_isRefusedUntilTheFirstEnds() throws Exception {
        submitLarge();

        try (Socket slow = askSlowly()) {
            await().until(() -> Files.exists(data.resolve("backup/database.ndjson.gz")));
            assertThat(api.get("/api/v1/backup").problem()).isEqualTo("409 conflict");
            assertThat(slow.isConnected()).isTrue();
        }

        await().untilAsserted(() -> assertThat(api.get("/api/v1/backup").status()).isEqualTo(200));
    }

    @Test
    void unknownParameter_isRefused() throws Exception {
        assertThat(api.get("/api/v1/backup?compress=yes").status()).isEqualTo(400);
    }

    private void submitLarge() throws Exception {
        byte[] large = new byte[LARGE_BYTES];
        new Random(1).nextBytes(large);
        Answer accepted =
                api.post(
                        "/api/v1/jobs",
                        new Form()
                                .job("{\"command\":\"true\"}")
                                .part("name=\"file\"; filename=\"in\"", "", large));
        assertThat(accepted.status()).as(accepted.body()).isEqualTo(201);
    }

    private void truncateBlobs() throws IOException {
        try (Stream<Path> files = Files.walk(data.resolve("blobs"))) {
            for (Path blob : files.filter(Files::isRegularFile).toList()) {
                try (FileChannel channel = FileChannel.open(blob, StandardOpenOption.WRITE)) {
                    channel.truncate(LARGE_BYTES / 2);
                }
            }
        }
    }

    /** Asks for a backup, and waits for its first bytes alone. */
    private Socket askSlowly() throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(64 * 1024);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), api.port()));
        String request =
                "GET /api/v1/backup HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer "
                        + ApiFixture.token("admin")
                        + "\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        assertThat(socket.getInputStream().readNBytes(15))
                .asString(StandardCharsets.US_ASCII)
                .isEqualTo("HTTP/1.1 200 OK");
        return socket;
    }
}
