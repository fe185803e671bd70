package dev.orrery.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.api.ApiFixture;
import dev.orrery.api.Blocking;
import dev.orrery.api.FakeScheduler;
import dev.orrery.bus.Address;
import dev.orrery.bus.VertxBus;
import dev.orrery.config.SettingsReader;
import dev.orrery.model.AttemptId;
import dev.orrery.model.CapturedLog.Stream;
import dev.orrery.model.JobId;
import dev.orrery.model.TaskRange;
import dev.orrery.node.Retention.Duty;
import dev.orrery.protocol.Principal;
import dev.orrery.protocol.SchedulerRequest;
import dev.orrery.scheduling.Sample;
import dev.orrery.store.CentralStore;
import dev.orrery.store.FileCentralStore;
import dev.orrery.store.FileLogFiles;
import dev.orrery.store.LogFiles;
import dev.orrery.store.Store;
import dev.orrery.store.StoreException;
import dev.orrery.store.sqlite.SqliteStore;

import io.vertx.core.Vertx;

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
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The leader removes records, and each master the bytes that no record needs. */
final class RetentionTest {

    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir private Path data;
    private final Vertx vertx = Vertx.vertx();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final VertxBus bus = new VertxBus(vertx);
    private Store store;
    private FakeScheduler scheduler;
    private CentralStore blobs;
    private LogFiles logs;

    @BeforeEach
    void start() throws Exception {
        var settings = SettingsReader.of(Map.of("server.data", data.toString()));
        store = SqliteStore.open(data, settings.storage());
        scheduler = new FakeScheduler(bus, store, new Blocking(vertx, threads));
        blobs = new FileCentralStore(data, store.jobs(), InstantSource.system());
        logs = new FileLogFiles(data);
    }

    @AfterEach
    void stop() {
        ApiFixture.await(vertx.close());
        threads.shutdownNow();
        logs.close();
        blobs.close();
        store.close();
    }

    @Test
    void leader_removesRecordsAndTheirLogs() throws Exception {
        JobId job = endedJobOf(Duration.ZERO);
        shipped(job);

        retention(true, false).run();

        assertThat(store.jobs().job(job)).isEmpty();
        assertThat(logs.of(job)).isEmpty();
    }

    @Test
    void masterThatStandsBy_removesNoRecord() throws Exception {
        JobId job = endedJobOf(Duration.ZERO);

        retention(false, true).run();

        assertThat(store.jobs().job(job)).isPresent();
    }

    @Test
    void masterThatStandsBy_removesItsOwnBytesOfJobsThatAreGone() throws Exception {
        JobId gone = job(1);
        JobId known = endedJobOf(Duration.ofDays(1));
        JobId young = job(3);
        for (JobId job : List.of(gone, known, young)) {
            shipped(job);
        }
        for (JobId job : List.of(gone, known)) {
            makeOld(logs.find(attempt(job), Stream.STDOUT).orElseThrow());
        }
        Path blob = oldBlob();

        Retention retention = retention(false, true);
        for (int round = 0; round < 32; round++) {
            retention.run();
        }

        assertThat(logs.of(gone)).isEmpty();
        assertThat(logs.of(known)).hasSize(1);
        assertThat(logs.of(young)).hasSize(1);
        assertThat(blob).doesNotExist();
    }

    @Test
    void masterThatDoesNotSweep_removesNoBytes() throws Exception {
        JobId gone = job(1);
        shipped(gone);
        makeOld(logs.find(attempt(gone), Stream.STDOUT).orElseThrow());
        Path blob = oldBlob();

        Retention retention = retention(true, false);
        for (int round = 0; round < 32; round++) {
            retention.run();
        }

        assertThat(logs.of(gone)).hasSize(1);
        assertThat(blob).exists();
    }

    @Test
    void storeThatHasLostCommits_costsNoBytes() throws Exception {
        JobId gone = job(1);
        shipped(gone);
        makeOld(logs.find(attempt(gone), Stream.STDOUT).orElseThrow());
        Path blob = oldBlob();
        RefusingStore broken = new RefusingStore(store);
        broken.refuseTerms(StoreException.Kind.BROKEN);

        Retention retention = retention(broken, false, true);
        for (int round = 0; round < 32; round++) {
            retention.run();
        }

        assertThat(logs.of(gone)).hasSize(1);
        assertThat(blob).exists();
    }

    @Test
    void masterThatStaysAway_takesItsTokenWithIt() throws Exception {
        String gone = "0123abcd-0000-7000-8000-000000000000";
        for (String name : List.of("admin-0123abcd", "admin-4567abcd")) {
            store.tokens()
                    .add(
                            name,
                            new Principal(name, Principal.Role.ADMIN, Optional.empty()),
                            Instant.now(),
                            Optional.empty());
        }
        RefusingStore known = new RefusingStore(store);
        known.silence(List.of(gone));

        retention(known, false, true).run();
        assertThat(store.tokens().list()).hasSize(2);

        retention(known, true, false).run();
        assertThat(store.tokens().list())
                .extracting(it -> it.principal().name())
                .containsExactly("admin-4567abcd");
    }

    private Retention retention(boolean leads, boolean sweeps) {
        return retention(store, leads, sweeps);
    }

    private Retention retention(Store of, boolean leads, boolean sweeps) {
        return new Retention(bus, of, blobs, logs, new Duty(() -> leads, () -> sweeps));
    }

    private JobId endedJobOf(Duration retention) throws Exception {
        JobId job = job(2);
        ApiFixture.await(
                bus.request(
                        Address.SCHEDULER,
                        new SchedulerRequest.Submit(
                                job, Sample.spec().retention(retention).make(), Optional.empty()),
                        SOON));
        scheduler.start(job);
        scheduler.end(job, 0, "", List.of());
        return job;
    }

    private void shipped(JobId job) throws IOException {
        logs.append(attempt(job), Stream.STDOUT, 0, ByteBuffer.wrap(new byte[10]));
    }

    private Path oldBlob() throws IOException {
        try (CentralStore.Staged staged = blobs.stage()) {
            staged.write(ByteBuffer.wrap(new byte[10]));
            Path file = blobs.find(staged.keep()).orElseThrow();
            makeOld(file);
            return file;
        }
    }

    private static void makeOld(Path file) throws IOException {
        FileTime old = FileTime.from(Instant.now().minus(Duration.ofHours(2)));
        Files.setLastModifiedTime(file, old);
        Files.setLastModifiedTime(file.getParent(), old);
    }

    private static AttemptId attempt(JobId job) {
        return new AttemptId(TaskRange.single(job), 1);
    }

    private static JobId job(int number) {
        return new JobId(new UUID(0x01a20179eacb7000L, Long.MIN_VALUE + number));
    }
}
