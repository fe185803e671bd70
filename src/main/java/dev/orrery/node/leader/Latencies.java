package dev.orrery.node.leader;

import java.time.Duration;
import java.util.Arrays;

/** Counts durations by size, each step a tenth longer than the one before; forgets when read. */
final class Latencies {
    private static final double STEP = Math.log(1.1);
    private static final int STEPS = 256;

    private final int[] counts = new int[STEPS];
    private int total;

    void add(Duration duration) {
        long micros = Math.max(1, duration.toNanos() / 1_000);
        counts[Math.min(STEPS - 1, (int) (Math.log((double) micros) / STEP))]++;
        total++;
    }

    /** What this share of the durations does not pass, in microseconds; 0 when there are none. */
    long quantileMicros(double share) {
        long wanted = (long) Math.ceil(total * share);
        long seen = 0;
        for (int i = 0; i < STEPS && total > 0; i++) {
            seen += counts[i];
            if (seen >= wanted) {
                return Math.round(Math.exp((i + 1) * STEP));
            }
        }
        return 0;
    }

    void clear() {
        Arrays.fill(counts, 0);
        total = 0;
    }
}
