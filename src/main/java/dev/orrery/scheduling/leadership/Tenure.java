package dev.orrery.scheduling.leadership;

import java.time.Duration;

/**
 * The time for which a master may take itself for the leader, on its own monotonic clock.
 *
 * <p>It counts from the moment before the store was asked, so it ends before the lease that the
 * store gave, whatever the two clocks show (Gray and Cheriton, "Leases", 1989). A process that was
 * frozen finds it over when it wakes.
 *
 * @param end in nanoseconds; only differences mean anything
 */
public record Tenure(long epoch, long end) {

    /** The store gave the lease of this length to a question sent at this moment. */
    public static Tenure begun(long epoch, long sentAt, Duration ttl) {
        return new Tenure(epoch, sentAt + ttl.toNanos());
    }

    /** The store prolonged the lease to a question sent at this moment. */
    public Tenure renewed(long sentAt, Duration ttl) {
        long later = sentAt + ttl.toNanos();
        return later - end > 0 ? new Tenure(epoch, later) : this;
    }

    /** Whether the master may still act as the leader. */
    public boolean holds(long now) {
        return now - end < 0;
    }
}
