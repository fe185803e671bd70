package dev.orrery.scheduling.policy;

import dev.orrery.model.JobSpec;

import java.time.Instant;

/**
 * Earliest deadline first, then highest priority, then first come.
 *
 * <p>After C. L. Liu and J. W. Layland, "Scheduling algorithms for multiprogramming in a hard
 * real-time environment", JACM 20(1), 1973.
 */
public final class EarliestDeadlineFirst implements Prioritizer {

    private static final Instant LAST = Instant.ofEpochMilli(Long.MAX_VALUE - 1);

    /** Made by the loader of components. */
    public EarliestDeadlineFirst() {}

    @Override
    public PriorityKey key(JobSpec spec, long arrival) {
        long deadline =
                spec.deadline()
                        .map(at -> at.isAfter(LAST) ? LAST : at)
                        .map(Instant::toEpochMilli)
                        .orElse(Long.MAX_VALUE);
        return new PriorityKey(deadline, -(long) spec.priority(), arrival);
    }
}
