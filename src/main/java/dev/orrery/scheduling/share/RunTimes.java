package dev.orrery.scheduling.share;

import java.time.Duration;
import java.util.OptionalLong;

/** How long late attempts ran: whether work is given in advance depends on it. */
public final class RunTimes {

    private static final int MEAN_OVER = 16;

    /** Longer runs count as this long; it only has to be far above the limit of prefetching. */
    private static final Duration MAX = Duration.ofDays(1);

    private long meanNanos;
    private long seen;

    /** Takes in how long an attempt ran. */
    public void see(Duration wall) {
        long nanos = wall.compareTo(MAX) > 0 ? MAX.toNanos() : wall.toNanos();
        meanNanos = seen == 0 ? nanos : meanNanos + (nanos - meanNanos) / MEAN_OVER;
        seen++;
    }

    /** The moving mean; empty before the first. */
    public OptionalLong mean() {
        return seen == 0 ? OptionalLong.empty() : OptionalLong.of(meanNanos);
    }
}
