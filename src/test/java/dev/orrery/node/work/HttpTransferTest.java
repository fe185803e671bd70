package dev.orrery.node.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.orrery.api.Form;
import dev.orrery.api.replica.SeveralMasters;
import dev.orrery.execution.Executor.Transfer.BehindException;
import dev.orrery.model.BlobId;
import dev.orrery.model.CapturedLog.Stream;
import dev.orrery.model.Content;
import dev.orrery.model.JobId;
import dev.orrery.model.StoredFile;
import dev.orrery.protocol.WorkerCommand.Assignment;
import dev.orrery.scheduling.Sample;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;

/** A worker's bytes go to whichever master answers, and none is lost on the way. */
final class HttpTransferTest {

    private static final int PIECE = 64 * 1024;

    @TempDir private Path root;
    private SeveralMasters masters;
    private final List<String> living = new CopyOnWriteArrayList<>();
    private HttpTransfer transfer;
    private byte[] input;
    private JobId job;

    @BeforeEach
    void start() throws Exception {
        masters = new SeveralMasters(root, 3, 2);
        living.addAll(masters.dataUris());
        transfer = new HttpTransfer(Optional.empty(), () -> living, Duration.ofSeconds(2));
        input = bytes(1, 200_000);
        Form form = new Form().job("{\"command\":\"true\"}").file("file", "input", input);
        HttpResponse<byte[]> made =
                masters.send(
                        masters.get(0)
                                .request("/api/v1/jobs")
                                .header("content-type", form.contentType())
                                .POST(BodyPublishers.ofByteArray(form.body())));
        job =
                JobId.parse(
                        new String(made.body(), UTF_8)
                                .replaceFirst("(?s).*?\"id\"\\s*:\\s*\"([^\"]+)\".*", "$1"));
        masters.scheduler().start(job);
    }

    @AfterEach
    void stop() throws IOException {
        transfer.close();
        masters.close();
    }

    @Test
    void input_comesFromAnotherMasterThanTheAssignments() throws Exception {
        Assignment assignment = assignment(masters.get(0).uri());
        masters.get(0).lose();
        Path to = root.resolve("input");

        transfer.fetch(assignment, stored(), to);

        assertThat(to).hasBinaryContent(input);
    }

    @Test
    void output_goesToAnotherMasterThanTheAssignments() throws Exception {
        byte[] output = bytes(2, 300_000);
        Path file = Files.write(root.resolve("output"), output);
        Assignment assignment = assignment(masters.get(0).uri());
        masters.get(0).lose();

        BlobId blob = transfer.store(assignment, file);

        for (int master = 1; master < 3; master++) {
            assertThat(masters.get(master).local().find(blob).orElseThrow())
                    .hasBinaryContent(output);
        }
    }

    @Test
    void emptyOutput_isStored() throws Exception {
        Path file = Files.createFile(root.resolve("empty"));

        BlobId blob = transfer.store(assignment(masters.get(0).uri()), file);

        assertThat(masters.get(0).blobs().find(blob).orElseThrow()).isEmptyFile();
    }

    @Test
    void log_isWholeAcrossTheLossOfEachMasterThatTookIt() throws Exception {
        byte[] output = bytes(3, 10 * PIECE + 77);
        Assignment assignment = assignment(masters.get(0).uri());
        List<Long> resumed = new ArrayList<>();

        long offset = 0;
        while (offset < output.length) {
            if (offset == 4 * PIECE && resumed.isEmpty()) {
                masters.get(0).lose();
            }
            int length = (int) Math.min(PIECE, output.length - offset);
            boolean last = offset + length == output.length;
            ByteBuffer piece = ByteBuffer.wrap(output, (int) offset, length);
            try {
                transfer.ship(assignment, Stream.STDOUT, offset, piece, last);
                offset += length;
            } catch (BehindException behind) {
                resumed.add(behind.sizeBytes());
                offset = behind.sizeBytes();
            }
        }

        assertThat(resumed).containsExactly(0L);
        for (int master = 1; master < 3; master++) {
            assertThat(
                            masters.get(master)
                                    .localLogs()
                                    .find(masters.scheduler().attempt(job), Stream.STDOUT)
                                    .orElseThrow())
                    .hasBinaryContent(output);
        }
    }

    @Test
    void leader_isAskedFirst() throws Exception {
        living.addFirst(living.removeLast());

        ship(assignment(masters.get(0).uri()), "hello");

        assertThat(size(2)).isEqualTo(5);
        assertThat(size(0)).isZero();
    }

    @Test
    void assignmentsMaster_isEnoughWhereNoOtherIsKnown() throws Exception {
        living.clear();

        ship(assignment(masters.get(1).uri()), "hello");

        assertThat(size(1)).isEqualTo(5);
    }

    @Test
    void frozenMaster_isLeftForAnotherOne() throws Exception {
        try (ServerSocket frozen = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            String uri = "http://127.0.0.1:" + frozen.getLocalPort();
            living.addFirst(uri);
            Path to = root.resolve("input");

            transfer.fetch(assignment(uri), stored(), to);
            ship(assignment(uri), "hello");

            assertThat(to).hasBinaryContent(input);
            assertThat(size(0)).isEqualTo(5);
        }
    }

    @Test
    void masterThatFreezesWithinAFile_isLeftForAnotherOne() throws Exception {
        try (ServerSocket frozen = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> answerHalf(frozen));
            String uri = "http://127.0.0.1:" + frozen.getLocalPort();
            living.addFirst(uri);
            Path to = root.resolve("input");

            transfer.fetch(assignment(uri), stored(), to);

            assertThat(to).hasBinaryContent(input);
        }
    }

    @Test
    void everyMasterAway_isAFailureThatTheAttemptRepeats() throws Exception {
        Assignment assignment = assignment(masters.get(0).uri());
        for (int master = 0; master < 3; master++) {
            masters.get(master).stop();
        }

        assertThatThrownBy(() -> transfer.fetch(assignment, stored(), root.resolve("input")))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> ship(assignment, "hello"))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(BehindException.class);
    }

    private static void answerHalf(ServerSocket frozen) {
        try {
            var socket = frozen.accept();
            String head = "HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(UTF_8));
            socket.getOutputStream().write(new byte[100_000]);
            socket.getOutputStream().flush();
        } catch (IOException closed) {
            throw new IllegalStateException(closed);
        }
    }

    private void ship(Assignment assignment, String text) throws IOException {
        transfer.ship(assignment, Stream.STDOUT, 0, ByteBuffer.wrap(text.getBytes(UTF_8)), false);
    }

    private long size(int master) {
        return masters.get(master)
                .localLogs()
                .sizeBytes(masters.scheduler().attempt(job), Stream.STDOUT);
    }

    private StoredFile stored() throws Exception {
        BlobId blob =
                new BlobId(
                        java.util.HexFormat.of()
                                .formatHex(
                                        java.security.MessageDigest.getInstance("SHA-256")
                                                .digest(input)));
        return new StoredFile("input", input.length, blob.sha256(), new Content.Stored(blob));
    }

    private Assignment assignment(String dataUri) {
        return new Assignment(
                masters.scheduler().attempt(job),
                Sample.spec().make(),
                1,
                masters.attemptToken(job),
                dataUri);
    }

    private static byte[] bytes(long seed, int count) {
        byte[] bytes = new byte[count];
        new SplittableRandom(seed).nextBytes(bytes);
        return bytes;
    }
}
