package dev.orrery.scheduling.policy;

import java.util.function.Supplier;

/**
 * The components that one scheduler is made of.
 *
 * @param queue makes an empty queue
 * @param pool makes an empty pool
 */
public record Policies(
        Prioritizer prioritizer,
        Supplier<QueuePolicy> queue,
        Placement placement,
        Supplier<WorkerPool> pool,
        CapacityValidator capacity,
        RetryPolicy retry) {

    /** The components used when the configuration names none. */
    public static Policies standard() {
        return new Policies(
                new EarliestDeadlineFirst(),
                DemandQueues::new,
                new LeastRecentlyUsed(),
                OpenPool::new,
                new ConfiguredCapacity(),
                new DoublingBackoff());
    }
}
