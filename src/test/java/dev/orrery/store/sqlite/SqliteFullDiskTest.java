package dev.orrery.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.model.JobId;
import dev.orrery.protocol.DurableEvent;
import dev.orrery.protocol.JobEvent;
import dev.orrery.store.Histories;
import dev.orrery.store.Leads;
import dev.orrery.store.StoreException;
import dev.orrery.store.StoreException.Kind;
import dev.orrery.store.sql.EventFrames;
import dev.orrery.store.sql.Session;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** A store without space: it refuses, loses nothing it took, and goes on when there is space. */
final class SqliteFullDiskTest {

    private static final int BATCHES_MAX = 2_000;

    private final SplittableRandom random = new SplittableRandom(5);
    private final List<JobId> accepted = new ArrayList<>();

    @TempDir private Path directory;
    private long number;

    @Test
    void fullDisk_refusesAndRecovers() throws Exception {
        if (!mount("-t", "tmpfs", "-o", "size=6m", "tmpfs", directory.toString())) {
            // Without the right to mount, the page limit below is all there is.
            refuseAtPageLimitAndRecover();
            return;
        }
        try (SqliteStore store = open(directory.resolve("data"))) {
            long epoch = Leads.lead(store, "test");
            accept(events -> store.commit(epoch, events), 10);
            store.load();
            fill(directory.resolve("filler"));

            List<JobId> refused = acceptUntilFull(events -> store.commit(epoch, events));

            assertThat(store.jobs().job(accepted.getFirst())).isPresent();
            assertNoneIsSaidToBeMissing(store);
            Files.delete(directory.resolve("filler"));
            accept(events -> store.commit(epoch, events), 10);
            assertKept(store, refused);
        } finally {
            umount(directory);
        }
    }

    @Test
    void pageLimit_refusesAndRecovers() throws Exception {
        refuseAtPageLimitAndRecover();
    }

    private void refuseAtPageLimitAndRecover() throws Exception {
        Path data = directory.resolve("limited");
        open(data).close();
        Path file = data.resolve("store.db");
        SqliteFaults faults = new SqliteFaults(file);
        List<JobId> refused;
        try (Session session = SqliteSessions.writer(file);
                Writer writer = new Writer(session, faults);
                Journal journal = new Journal(writer, new EventFrames(faults))) {
            session.run("UPDATE leader SET epoch = 1");
            session.run("PRAGMA max_page_count = 200");

            refused = acceptUntilFull(events -> journal.append(1, events));

            session.run("PRAGMA max_page_count = 1000000");
            accept(events -> journal.append(1, events), 10);
        }
        try (SqliteStore store = open(data)) {
            assertKept(store, refused);
        }
    }

    private void accept(Commit commit, int batches) throws StoreException {
        for (int batch = 0; batch < batches; batch++) {
            List<DurableEvent> events = batch();
            commit.of(events);
            events.forEach(event -> accepted.add(((JobEvent) event).job()));
        }
    }

    private List<JobId> acceptUntilFull(Commit commit) {
        for (int batch = 0; batch < BATCHES_MAX; batch++) {
            List<DurableEvent> events = batch();
            List<JobId> jobs = events.stream().map(event -> ((JobEvent) event).job()).toList();
            try {
                commit.of(events);
                accepted.addAll(jobs);
            } catch (StoreException e) {
                assertThat(e.kind()).as(e.getMessage()).isEqualTo(Kind.FULL);
                return jobs;
            }
        }
        throw new AssertionError("the disk did not become full");
    }

    private void assertKept(SqliteStore store, List<JobId> refused) throws StoreException {
        assertThat(store.load().live()).hasSize(accepted.size());
        for (JobId job : accepted) {
            assertThat(store.jobs().job(job)).isPresent();
        }
        for (JobId job : refused) {
            assertThat(store.jobs().job(job)).isEmpty();
        }
    }

    /** The last ones may wait in the journal, which the full disk does not let into the tables. */
    private void assertNoneIsSaidToBeMissing(SqliteStore store) {
        for (JobId job : accepted.reversed()) {
            try {
                assertThat(store.jobs().job(job)).isPresent();
                return;
            } catch (StoreException e) {
                assertThat(e.kind()).as(e.getMessage()).isEqualTo(Kind.FULL);
            }
        }
    }

    private List<DurableEvent> batch() {
        List<DurableEvent> events = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            number++;
            events.add(
                    Histories.submitted(
                            Histories.jobId(random, Histories.START),
                            Histories.START,
                            Histories.spec("default", "job " + number, Map.of(), List.of()),
                            number));
        }
        return events;
    }

    private static SqliteStore open(Path data) throws StoreException {
        return SqliteStore.open(data, Duration.ofHours(24), InstantSource.fixed(Histories.START));
    }

    private static void fill(Path filler) throws IOException {
        try (OutputStream stream = Files.newOutputStream(filler)) {
            byte[] block = new byte[4_096];
            for (int i = 0; i < 10_000; i++) {
                stream.write(block);
            }
            throw new AssertionError("the file system is larger than it should be");
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("space");
        }
    }

    private static boolean mount(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("mount"));
        command.addAll(List.of(arguments));
        try {
            return run(command) == 0;
        } catch (IOException noSuchProgram) {
            return false;
        }
    }

    private static void umount(Path directory) throws Exception {
        assertThat(run(List.of("umount", directory.toString()))).isZero();
    }

    private static int run(List<String> command) throws Exception {
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    /** What takes a batch. */
    @FunctionalInterface
    private interface Commit {
        void of(List<DurableEvent> events) throws StoreException;
    }
}
