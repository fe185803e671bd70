package dev.orrery.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.orrery.model.AttemptId;
import dev.orrery.model.CapturedLog.Stream;
import dev.orrery.model.JobId;
import dev.orrery.model.TaskRange;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Shipped logs: appended once however often a piece comes, and gone with their job. */
final class FileLogFilesTest {

    private final JobId job = Histories.jobId(new SplittableRandom(1), Histories.START);
    private final AttemptId attempt = new AttemptId(TaskRange.single(job), 2);

    @TempDir private Path data;
    private FileLogFiles logs;

    @BeforeEach
    void openLogs() throws IOException {
        logs = new FileLogFiles(data);
    }

    @AfterEach
    void closeLogs() {
        logs.close();
    }

    @Test
    void pieces_makeUpTheLog() throws IOException {
        assertThat(logs.sizeBytes(attempt, Stream.STDOUT)).isZero();
        assertThat(logs.find(attempt, Stream.STDOUT)).isEmpty();

        assertThat(append(0, "one ")).isEqualTo(4);
        assertThat(append(4, "two")).isEqualTo(7);
        logs.sync(attempt, Stream.STDOUT);

        assertThat(logs.sizeBytes(attempt, Stream.STDOUT)).isEqualTo(7);
        assertThat(logs.sizeBytes(attempt, Stream.STDERR)).isZero();
        String id = job.toString();
        assertThat(logs.find(attempt, Stream.STDOUT).orElseThrow())
                .hasContent("one two")
                .isEqualTo(
                        data.resolve("logs")
                                .resolve(id.substring(34))
                                .resolve(id)
                                .resolve("0.2.out"));
    }

    @Test
    void repeatedPiece_isHarmless() throws IOException {
        append(0, "one ");
        append(4, "two");

        assertThat(append(0, "one ")).isEqualTo(7);
        assertThat(append(4, "two three")).isEqualTo(13);

        assertThat(logs.find(attempt, Stream.STDOUT).orElseThrow()).hasContent("one two three");
    }

    @Test
    void gap_isRefused() throws IOException {
        assertThatThrownBy(() -> append(1, "late")).isInstanceOf(IOException.class);
        assertThat(logs.find(attempt, Stream.STDOUT)).isEmpty();

        append(0, "one");
        assertThatThrownBy(() -> append(4, "late"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("4 of a log of 3");
    }

    @Test
    void moreFilesThanMayBeOpen_areAllKept() throws IOException {
        List<AttemptId> attempts = new ArrayList<>();
        for (int index = 0; index < 200; index++) {
            attempts.add(new AttemptId(new TaskRange(job, index, index), 1));
        }
        for (String piece : List.of("a", "b")) {
            for (AttemptId each : attempts) {
                long offset = logs.sizeBytes(each, Stream.STDERR);
                logs.append(each, Stream.STDERR, offset, bytes(piece));
            }
        }

        for (AttemptId each : attempts) {
            assertThat(logs.find(each, Stream.STDERR).orElseThrow()).hasContent("ab");
        }
        try (java.util.stream.Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            assertThat(open.filter(fd -> target(fd).contains(job.toString())).count())
                    .isLessThanOrEqualTo(64);
        }
    }

    @Test
    void sameLogFromManyThreads_isWrittenOnce() throws Exception {
        byte[] whole = new byte[64 * 1024];
        new SplittableRandom(4).nextBytes(whole);
        Callable<Long> shipment =
                () -> {
                    for (int offset = 0; offset < whole.length; offset += 1_024) {
                        logs.append(
                                attempt,
                                Stream.STDOUT,
                                offset,
                                ByteBuffer.wrap(whole, offset, 1_024));
                    }
                    return logs.sizeBytes(attempt, Stream.STDOUT);
                };

        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Long> shipped :
                    threads.invokeAll(
                            List.of(shipment, shipment, shipment), 10, TimeUnit.SECONDS)) {
                assertThat(shipped.get()).isEqualTo(whole.length);
            }
        }

        assertThat(logs.find(attempt, Stream.STDOUT).orElseThrow()).hasBinaryContent(whole);
    }

    @Test
    void removedJob_leavesNothing() throws IOException {
        append(0, "one");
        JobId other = Histories.jobId(new SplittableRandom(2), Histories.START);
        AttemptId kept = new AttemptId(new TaskRange(other, 3, 7), 1);
        logs.append(kept, Stream.STDERR, 0, bytes("kept"));

        logs.remove(List.of(job, Histories.jobId(new SplittableRandom(3), Histories.START)));

        assertThat(logs.find(attempt, Stream.STDOUT)).isEmpty();
        assertThat(logs.find(kept, Stream.STDERR).orElseThrow())
                .hasContent("kept")
                .hasFileName("3-7.1.err");
        assertThat(append(0, "again")).isEqualTo(5);
    }

    @Test
    void streamsOfAJob_areListed() throws IOException {
        AttemptId range = new AttemptId(new TaskRange(job, 3, 7), 1);
        append(0, "one");
        logs.append(attempt, Stream.STDERR, 0, bytes("two"));
        logs.append(range, Stream.STDOUT, 0, bytes("three"));

        assertThat(logs.of(job))
                .containsExactlyInAnyOrder(
                        new LogFiles.Log(attempt, Stream.STDOUT),
                        new LogFiles.Log(attempt, Stream.STDERR),
                        new LogFiles.Log(range, Stream.STDOUT));
        assertThat(logs.of(Histories.jobId(new SplittableRandom(9), Histories.START))).isEmpty();
    }

    @Test
    void jobToWhichNothingCameForAnHour_isQuiet() throws IOException {
        append(0, "one");
        int shelf = Integer.parseInt(job.toString().substring(34), 16);
        Path file = logs.find(attempt, Stream.STDOUT).orElseThrow();

        assertThat(logs.quiet(shelf)).isEmpty();
        for (Path path : List.of(file, file.getParent())) {
            Files.setLastModifiedTime(
                    path, FileTime.from(Instant.now().minus(Duration.ofMinutes(61))));
        }

        assertThat(logs.quiet(shelf)).containsExactly(job);
        assertThat(logs.quiet((shelf + 1) % LogFiles.SHELVES)).isEmpty();
        append(3, "two");
        assertThat(logs.quiet(shelf)).isEmpty();
    }

    @Test
    void plantedLink_isNotFollowed() throws IOException {
        append(0, "one");
        Path file = logs.find(attempt, Stream.STDOUT).orElseThrow();
        logs.close();
        Path secret = Files.writeString(data.resolve("secret"), "secret");
        Files.delete(file);
        Files.createSymbolicLink(file, secret);

        assertThatThrownBy(() -> append(0, "two")).isInstanceOf(IOException.class);

        assertThat(secret).hasContent("secret");
        assertThat(logs.find(attempt, Stream.STDOUT)).isEmpty();
    }

    private long append(long offset, String text) throws IOException {
        return logs.append(attempt, Stream.STDOUT, offset, bytes(text));
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException closedMeanwhile) {
            return "";
        }
    }
}
