package dev.orrery.scheduling;

import dev.orrery.model.JobId;
import dev.orrery.model.TaskRange;
import dev.orrery.scheduling.policy.Demand;
import dev.orrery.scheduling.policy.DemandQueues;
import dev.orrery.scheduling.policy.PriorityKey;
import dev.orrery.scheduling.policy.QueueEntry;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Locale;
import java.util.Random;
import java.util.UUID;
import java.util.function.IntConsumer;

/**
 * What a waiting task costs in the queue: bytes of heap, and time to come, to be asked for, and to
 * go. Logs lines as {@code bench/run} prints them. The argument is how many wait.
 */
final class QueueBenchmark {

    private static final Demand DEMAND = Demand.of(Sample.spec().make());
    private static final int ROUNDS = 3;
    private static final Logger LOG = LoggerFactory.getLogger(QueueBenchmark.class);

    private QueueBenchmark() {}

    public static void main(String[] args) {
        int count = Integer.parseInt(args[0]);
        JobId[] jobs = new JobId[count];
        for (int i = 0; i < count; i++) {
            jobs[i] = new JobId(new UUID(0x7000, i + 1L));
        }
        for (int round = 0; round < ROUNDS; round++) {
            long before = usedBytes();
            DemandQueues queue = new DemandQueues();
            time("queue-add", count, i -> queue.add(entry(jobs, i)));
            long bytes = usedBytes() - before;
            print("queue-heap", count, (double) bytes, bytes / (double) count, "bytes/task");
            Random dice = new Random(1);
            time("queue-ahead", count, i -> queue.ahead(entry(jobs, dice.nextInt(count))));
            time(
                    "queue-move",
                    count,
                    i -> {
                        QueueEntry some = entry(jobs, dice.nextInt(count));
                        queue.remove(some);
                        queue.add(some);
                    });
            time("queue-remove", count, i -> queue.remove(queue.candidates().iterator().next()));
        }
    }

    private static QueueEntry entry(JobId[] jobs, int index) {
        return new QueueEntry(
                new PriorityKey(Long.MAX_VALUE, 0, index), TaskRange.single(jobs[index]), DEMAND);
    }

    private static void time(String name, int count, IntConsumer work) {
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            work.accept(i);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        print(name, count, seconds, count / seconds, "changes/s");
    }

    static void print(String name, int count, double value, double rate, String unit) {
        LOG.info(
                String.format(
                        Locale.ROOT, "orrery %s %d %.5f %.1f %s", name, count, value, rate, unit));
    }

    static long usedBytes() {
        System.gc();
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
