package dev.orrery.store;

import java.time.Duration;

/** Takes the lead of a store for a test, whoever has it. */
public final class Leads {

    private static final Duration TTL = Duration.ofMillis(1);
    private static final int TRIES_MAX = 10_000;

    private Leads() {}

    /** The new epoch; the lease ends at once, so that the next one gets it as easily. */
    public static long lead(Store store, String node) throws StoreException {
        for (int i = 0; i < TRIES_MAX; i++) {
            var epoch =
                    store.leaderRow().acquire(new LeaderRow.Holder(node, "http://" + node), TTL);
            if (epoch.isPresent()) {
                return epoch.get();
            }
        }
        throw new AssertionError("the lead is held for ever");
    }
}
