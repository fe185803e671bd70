package dev.orrery.execution;

import dev.orrery.model.AttemptId;
import dev.orrery.protocol.AttemptResult;
import dev.orrery.protocol.WorkerCommand.Assignment;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;

/**
 * How fast the room alone runs a program that does nothing, beside xargs in the same run.
 *
 * <pre>
 *   java dev.orrery.execution.SpawnBenchmark [N [ROUNDS [alone]]]
 * </pre>
 *
 * Logs lines as bench/run prints them: {@code WHO WORKLOAD N SECONDS RATE UNIT}.
 */
final class SpawnBenchmark implements Executor.Listener {

    private static final Logger LOG = LoggerFactory.getLogger(SpawnBenchmark.class);
    private static final int SLOTS = 2;

    private final Semaphore slots = new Semaphore(2 * SLOTS);
    private final Semaphore free = new Semaphore(SLOTS);
    private final CountDownLatch left;

    private SpawnBenchmark(int count) {
        this.left = new CountDownLatch(count);
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        int count = args.length > 0 ? Integer.parseInt(args[0]) : 5_000;
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 3;
        Path directory = Files.createTempDirectory("orrery-spawn");
        try (Machine machine = new Machine(directory)) {
            machine.executor.killLeftovers();
            for (int i = 0; i < rounds; i++) {
                if (args.length < 3) {
                    xargs(count);
                }
                new SpawnBenchmark(count).run(machine.executor, count);
            }
        }
    }

    private static void xargs(int count) throws IOException, InterruptedException {
        String line = "seq " + count + " | xargs -P" + SLOTS + " -n1 /bin/true";
        long begin = System.nanoTime();
        new ProcessBuilder("sh", "-c", line).start().waitFor();
        line("xargs", count, System.nanoTime() - begin);
    }

    /** As a worker does: what runs has a follower, as long as there are any. */
    private void run(Executor executor, int count) throws InterruptedException {
        long begin = System.nanoTime();
        for (int i = 0; i < count; i++) {
            slots.acquire();
            Assignment next = Task.command("/bin/true").assignment();
            if (free.tryAcquire()) {
                executor.start(next, this);
            } else if (executor.follow(next, this).isEmpty()) {
                free.acquire();
                executor.start(next, this);
            }
        }
        left.await();
        line("executor", count, System.nanoTime() - begin);
    }

    private static void line(String who, int count, long nanos) {
        double seconds = nanos / 1e9;
        LOG.info(
                "{} spawn {} {} {} tasks/s",
                who,
                count,
                String.format(Locale.ROOT, "%.5f", seconds),
                Math.round(count / seconds));
    }

    @Override
    public void started(AttemptId attempt, Instant at) {}

    @Override
    public void progress(AttemptId attempt, double fraction, String text) {}

    @Override
    public void ended(AttemptId attempt, AttemptResult result, Optional<AttemptId> follower) {
        if (follower.isEmpty()) {
            free.release();
        }
        slots.release();
        left.countDown();
    }
}
