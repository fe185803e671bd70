package dev.orrery.scheduling;

import java.time.Instant;

/**
 * One moment by both clocks.
 *
 * @param nanos the monotonic clock, by which leases run; only differences mean anything
 * @param wall the wall clock, by which people set deadlines; it may jump
 */
public record Moment(long nanos, Instant wall) {}
