package dev.orrery.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.orrery.model.AttemptId;
import dev.orrery.model.BlobId;
import dev.orrery.model.CapturedLog.Stream;
import dev.orrery.model.JobId;
import dev.orrery.model.TaskRange;
import dev.orrery.store.LogFiles.GapException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
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
import java.util.concurrent.atomic.AtomicReference;

/** One directory of two masters: neither cuts into what the other one writes or keeps. */
final class SharedDirectoryTest {

    private final JobId job = Histories.jobId(new SplittableRandom(1), Histories.START);
    private final AttemptId attempt = new AttemptId(TaskRange.single(job), 1);

    @TempDir private Path shared;

    @Test
    void logShippedToBothMasters_isOneLog() throws Exception {
        byte[] whole = bytes(1, 256 * 1024);
        int masters = 4;
        List<Callable<Long>> shipments = new ArrayList<>();
        List<FileLogFiles> open = new ArrayList<>();
        for (int i = 0; i < masters; i++) {
            FileLogFiles logs = FileLogFiles.shared(shared);
            open.add(logs);
            shipments.add(() -> ship(logs, whole));
        }

        try (ExecutorService threads = Executors.newFixedThreadPool(masters)) {
            for (Future<Long> size : threads.invokeAll(shipments)) {
                assertThat(size.get()).isEqualTo(whole.length);
            }
        }

        for (FileLogFiles logs : open) {
            assertThat(logs.find(attempt, Stream.STDOUT).orElseThrow()).hasBinaryContent(whole);
            logs.close();
        }
    }

    @Test
    void masterThatTakesOver_goesOnWhereTheOtherOneEnded() throws IOException {
        try (FileLogFiles first = FileLogFiles.shared(shared);
                FileLogFiles second = FileLogFiles.shared(shared)) {
            first.append(attempt, Stream.STDOUT, 0, text("one "));
            second.append(attempt, Stream.STDOUT, 4, text("two "));
            first.append(attempt, Stream.STDOUT, 4, text("two three"));

            assertThat(second.find(attempt, Stream.STDOUT).orElseThrow())
                    .hasContent("one two three");
            assertThatThrownBy(() -> second.append(attempt, Stream.STDOUT, 14, text("five")))
                    .isInstanceOfSatisfying(
                            GapException.class, gap -> assertThat(gap.sizeBytes()).isEqualTo(13));
        }
    }

    @Test
    void blobKeptWhileAnotherMasterSweepsIt_stays() throws Exception {
        AtomicReference<Thread> keeper = new AtomicReference<>(new Thread());
        try (FileCentralStore second = new FileCentralStore(shared, blob -> false, Instant::now);
                FileCentralStore first =
                        new FileCentralStore(
                                shared,
                                blob -> {
                                    keeper.set(Thread.ofPlatform().start(() -> keep(second)));
                                    await().until(() -> isHeldUpOrDone(keeper.get()));
                                    return false;
                                },
                                Instant::now)) {
            BlobId blob = keep(first);
            Path file = first.find(blob).orElseThrow();
            Files.setLastModifiedTime(
                    file, FileTime.from(Instant.now().minus(Duration.ofHours(2))));

            sweep(first);
            keeper.get().join();

            assertThat(second.find(blob)).hasValueSatisfying(it -> assertThat(it).hasContent("x"));
        }
    }

    @Test
    void blobThatAnotherMasterHolds_holdsUpNoOther() throws Exception {
        try (FileCentralStore store = new FileCentralStore(shared, blob -> false, Instant::now);
                RangeLock other = RangeLock.open(shared.resolve("blobs").resolve("lock"))) {
            BlobId held = keep(store);
            Thread waiting;
            try (RangeLock.Held _ = other.lock(held.sha256())) {
                waiting = Thread.ofPlatform().start(() -> keep(store));
                await().until(() -> isHeldUpOrDone(waiting));

                BlobId free = keep(store, "y");

                assertThat(waiting.isAlive()).isTrue();
                assertThat(store.find(free)).isPresent();
            }
            waiting.join();
        }
    }

    @Test
    void discard_leavesWhatAnotherMasterMayCountOn() throws IOException {
        try (FileCentralStore files = new FileCentralStore(shared, blob -> false, Instant::now);
                SharedStore store = new SharedStore(files)) {
            BlobId blob = keep(store);

            store.discard(blob);

            assertThat(store.find(blob)).isPresent();
        }
    }

    private static boolean isHeldUpOrDone(Thread thread) {
        return thread.getState() == Thread.State.TIMED_WAITING || !thread.isAlive();
    }

    private static BlobId keep(CentralStore store) {
        return keep(store, "x");
    }

    private static BlobId keep(CentralStore store, String text) {
        try (CentralStore.Staged staged = store.stage()) {
            staged.write(text(text));
            return staged.keep();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long ship(FileLogFiles logs, byte[] whole) throws IOException {
        for (int offset = 0; offset < whole.length; offset += 1_024) {
            logs.append(attempt, Stream.STDOUT, offset, ByteBuffer.wrap(whole, offset, 1_024));
        }
        return logs.sizeBytes(attempt, Stream.STDOUT);
    }

    private static byte[] bytes(long seed, int count) {
        byte[] bytes = new byte[count];
        new SplittableRandom(seed).nextBytes(bytes);
        return bytes;
    }

    private static ByteBuffer text(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }

    private static void sweep(CentralStore store) throws IOException {
        for (int shelf = 0; shelf < CentralStore.SHELVES; shelf++) {
            store.sweep(shelf);
        }
    }
}
