package dev.orrery.node.leader;

import dev.orrery.model.WorkerId;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Which workers a master heard of lately. Confined to one context. */
public final class WorkersHeard {

    /** A worker whose leader is silent asks any master after its next heartbeat or two. */
    private static final Duration LATELY = Duration.ofSeconds(6);

    private final Map<WorkerId, Long> last = new HashMap<>();
    private long latest = System.nanoTime();

    /** A message of this worker came. */
    public void from(WorkerId worker) {
        latest = System.nanoTime();
        last.put(worker, latest);
    }

    /** The silence counts from now, for a leader that has only begun. */
    void begin() {
        latest = System.nanoTime();
    }

    /** Since any worker was heard. */
    Duration silence() {
        return Duration.ofNanos(System.nanoTime() - latest);
    }

    /** How many were heard lately. */
    int count() {
        long now = System.nanoTime();
        last.values().removeIf(at -> now - at > LATELY.toNanos());
        return last.size();
    }
}
