package dev.orrery.api.rest;

import dev.orrery.model.JobId;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Makes job ids: UUIDs of version 7 (RFC 9562), each larger than the one before, with 62 random
 * bits. The 12 bits after the milliseconds count within one, and run ahead of the clock when there
 * are more.
 */
public final class JobIds {
    private static final int COUNTER_BITS = 12;

    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();
    private final AtomicLong last = new AtomicLong();

    /** Ids by this clock. */
    public JobIds(InstantSource clock) {
        this.clock = clock;
    }

    /** The next one. */
    public JobId next() {
        long now = clock.millis() << COUNTER_BITS;
        long stamp = last.updateAndGet(previous -> Math.max(previous + 1, now));
        long high = (stamp >>> COUNTER_BITS) << 16 | 0x7000L | (stamp & ((1L << COUNTER_BITS) - 1));
        long low = (random.nextLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
        return new JobId(new UUID(high, low));
    }
}
