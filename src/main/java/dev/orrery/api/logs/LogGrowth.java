package dev.orrery.api.logs;

import dev.orrery.model.JobId;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Wakes those who follow the output of a job, when it has grown or the job has ended. */
public final class LogGrowth {
    private final Map<JobId, Waiters> waiting = new ConcurrentHashMap<>();

    /** Somebody who may wait; made before looking, so that nothing that follows is missed. */
    public final class Watch implements AutoCloseable {
        private final JobId job;
        private final CountDownLatch grown;

        private Watch(JobId job, CountDownLatch grown) {
            this.job = job;
            this.grown = grown;
        }

        /**
         * Waits for a signal since this watch was made, or for the time to pass.
         *
         * @return whether there was a signal
         */
        public boolean await(Duration atMost) throws InterruptedException {
            return grown.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
        }

        @Override
        public void close() {
            leave(job, grown);
        }
    }

    /** Begins to watch a job. */
    public Watch watch(JobId job) {
        Waiters waiters =
                waiting.compute(
                        job,
                        (_, now) ->
                                now == null
                                        ? new Waiters(new CountDownLatch(1), 1)
                                        : new Waiters(now.grown, now.count + 1));
        return new Watch(job, waiters.grown);
    }

    /** Wakes all who watch the job. */
    public void signal(JobId job) {
        Waiters waiters = waiting.remove(job);
        if (waiters != null) {
            waiters.grown.countDown();
        }
    }

    private void leave(JobId job, CountDownLatch grown) {
        waiting.computeIfPresent(
                job,
                (_, now) -> {
                    if (!now.grown.equals(grown)) {
                        return now;
                    }
                    return now.count == 1 ? null : new Waiters(grown, now.count - 1);
                });
    }

    private record Waiters(CountDownLatch grown, int count) {}
}
