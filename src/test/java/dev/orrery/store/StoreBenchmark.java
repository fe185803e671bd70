package dev.orrery.store;

import dev.orrery.config.Settings;
import dev.orrery.model.JobId;
import dev.orrery.model.JobSpec;
import dev.orrery.protocol.DurableEvent;
import dev.orrery.protocol.wire.EventWire;
import dev.orrery.store.postgres.PostgresServer;
import dev.orrery.store.postgres.PostgresStore;
import dev.orrery.store.sqlite.SqliteStore;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Durable tasks a second of the store beside a raw append with fdatasync, at 3, 30, 300 and 3,000
 * events a commit; each task is submitted, assigned and ended. Arguments: a directory, tasks, and
 * {@code sqlite} or {@code postgres}.
 */
final class StoreBenchmark {

    private static final Logger LOG = LoggerFactory.getLogger(StoreBenchmark.class);

    /** Commits between a job's three events, as a queue holds jobs for a while. */
    private static final int LAG = 3;

    private static long cpuNanos;

    private StoreBenchmark() {}

    /** Measures and logs one line a figure. */
    public static void main(String[] arguments) throws Exception {
        Path base = Path.of(arguments[0]);
        int tasks = Integer.parseInt(arguments[1]);
        if (arguments[2].equals("sqlite")) {
            measure(base, tasks, StoreBenchmark::sqlite);
            return;
        }
        try (PostgresServer server = PostgresServer.start(base.resolve("server"))) {
            measure(base, tasks, data -> postgres(server, data));
        }
    }

    private static void measure(Path base, int tasks, Engine engine) throws Exception {
        for (int events : List.of(300, 3, 30, 300, 900, 3_000)) {
            int bounded = Math.min(tasks, events * 500);
            List<List<DurableEvent>> batches = batches(bounded, events / 3);
            double store;
            Path data = base.resolve("store-" + events + "-" + System.nanoTime());
            try (Store opened = engine.open(data)) {
                store = store(opened, batches, bounded);
            }
            double raw = raw(base.resolve("raw-" + events), batches, bounded);
            LOG.info(
                    "events={} tasks={} store={}/s raw={}/s ratio={} cpuMicros={}",
                    events,
                    bounded,
                    Math.round(store),
                    Math.round(raw),
                    Math.round(store / raw * 100) / 100.0,
                    cpuNanos / 1_000 / bounded);
        }
    }

    private static Store sqlite(Path data) throws StoreException {
        return SqliteStore.open(
                data,
                new Settings.Storage(
                        "", Duration.ofDays(7), Duration.ofDays(90), Duration.ofDays(1), 0));
    }

    private static Store postgres(PostgresServer server, Path data) throws Exception {
        String database = "b" + System.nanoTime();
        server.createDatabase(database);
        return PostgresStore.open(
                data, server.settings(database), Duration.ofDays(1), InstantSource.system());
    }

    private static double store(Store store, List<List<DurableEvent>> batches, int tasks)
            throws StoreException {
        long epoch = Leads.lead(store, "benchmark");
        long begin = System.nanoTime();
        long cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        for (List<DurableEvent> batch : batches) {
            store.commit(epoch, batch);
        }
        cpuNanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpu;
        return tasks * 1e9 / (System.nanoTime() - begin);
    }

    private static double raw(Path file, List<List<DurableEvent>> batches, int tasks)
            throws Exception {
        Files.deleteIfExists(file);
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            long begin = System.nanoTime();
            for (List<DurableEvent> batch : batches) {
                List<byte[]> bodies = batch.stream().map(EventWire::encode).toList();
                ByteBuffer all = ByteBuffer.allocate(bodies.stream().mapToInt(b -> b.length).sum());
                bodies.forEach(all::put);
                channel.write(all.flip());
                channel.force(false);
            }
            return tasks * 1e9 / (System.nanoTime() - begin);
        }
    }

    private static List<List<DurableEvent>> batches(int tasks, int perBatch) {
        SplittableRandom random = new SplittableRandom(1);
        JobSpec spec = Histories.spec("default", "benchmark", Map.of(), List.of());
        List<JobId> jobs = new ArrayList<>();
        List<List<DurableEvent>> batches = new ArrayList<>();
        Instant at = Instant.now();
        for (int batch = 0; batch < tasks / perBatch + 2 * LAG; batch++) {
            List<DurableEvent> events = new ArrayList<>();
            at = at.plusMillis(1);
            for (int i = 0; i < perBatch; i++) {
                int submit = batch * perBatch + i;
                int assign = submit - LAG * perBatch;
                int end = assign - LAG * perBatch;
                if (submit < tasks) {
                    jobs.add(Histories.jobId(random, at));
                    events.add(Histories.submitted(jobs.get(submit), at, spec, submit + 1));
                }
                if (assign >= 0 && assign < tasks) {
                    events.add(Histories.assigned(jobs.get(assign), 2, at, 1));
                }
                if (end >= 0 && end < tasks) {
                    events.add(Histories.over(jobs.get(end), 3, at, 1, 0));
                }
            }
            batches.add(events);
        }
        return batches;
    }

    /** Opens a new store. */
    @FunctionalInterface
    private interface Engine {
        Store open(Path data) throws Exception;
    }
}
