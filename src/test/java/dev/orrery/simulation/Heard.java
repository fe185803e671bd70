package dev.orrery.simulation;

import dev.orrery.model.WorkerId;
import dev.orrery.scheduling.leadership.HandOver;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** Which workers a master has heard of, as {@code WorkersHeard} has it. */
final class Heard {

    private static final Duration HEARTBEAT = Duration.ofNanos(Link.HEARTBEAT);
    private static final long LATELY = 6 * Dice.SECOND;

    private final Host host;
    private final Map<WorkerId, Long> lastOf = new TreeMap<>();
    private long last;

    Heard(Host host) {
        this.host = host;
    }

    /** A new life has heard of none. */
    void forgetAll() {
        lastOf.clear();
        begin();
    }

    /** Silence counts from now on. */
    void begin() {
        last = host.nanos();
    }

    void from(WorkerId worker) {
        last = host.nanos();
        lastOf.put(worker, last);
    }

    /** How many it has heard lately. */
    int count() {
        lastOf.values().removeIf(at -> host.nanos() - at > LATELY);
        return lastOf.size();
    }

    /** Whether none reaches it for so long that it is rather it than they. */
    boolean isCutOff(int workersOfOthers) {
        return HandOver.isDue(Duration.ofNanos(host.nanos() - last), workersOfOthers, HEARTBEAT);
    }
}
