package dev.orrery.cli.doctor;

import dev.orrery.model.health.Finding;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The clocks: whether they run alike while we look, and whether anybody sets them. */
final class ClockChecks {

    private static final Duration STEP_MAX = Duration.ofMillis(100);

    /** What adjtimex says of a clock that nobody synchronises. */
    private static final int TIME_ERROR = 5;

    private static final Instant PLAUSIBLE = Instant.parse("2026-01-01T00:00:00Z");

    private final Instant wall = Instant.now();
    private final long monotonic = System.nanoTime();

    List<Finding> all() {
        return List.of(
                running(Instant.now(), Duration.ofNanos(System.nanoTime() - monotonic)),
                synchronised(Kernel.clockState()));
    }

    /** The wall clock against the other one, since this was made. */
    Finding running(Instant now, Duration passed) {
        Duration apart = Duration.between(wall, now).minus(passed).abs();
        if (now.isBefore(PLAUSIBLE)) {
            return Finding.fail(
                    "clock.wall",
                    "it is " + now + " here, which cannot be",
                    "set the clock, and have chrony or systemd-timesyncd keep it");
        }
        return apart.compareTo(STEP_MAX) > 0
                ? Finding.warn(
                        "clock.wall",
                        "the wall clock was set by " + apart.toMillis() + " ms while we looked",
                        "let one service alone set it, by slewing; times shown may be wrong,"
                                + " leases are not touched")
                : Finding.ok("clock.wall", "runs as the monotonic clock does; it is " + now);
    }

    static Finding synchronised(Optional<Integer> state) {
        if (state.isEmpty()) {
            return Finding.warn(
                    "clock.synchronised",
                    "the kernel does not say",
                    "see that chrony or systemd-timesyncd runs");
        }
        return state.get() == TIME_ERROR
                ? Finding.warn(
                        "clock.synchronised",
                        "nobody synchronises this clock",
                        "start chrony or systemd-timesyncd (timedatectl set-ntp true): deadlines"
                                + " and shown times follow the wall clock")
                : Finding.ok("clock.synchronised", "the kernel says so");
    }
}
