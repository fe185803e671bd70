package dev.orrery.node.leader;

import dev.orrery.model.WorkerId;
import dev.orrery.scheduling.leadership.HandOver;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Which workers a master heard of lately. Confined to one context. */
public final class WorkersHeard {

    /** A worker whose leader is silent asks any master after its next heartbeat or two. */
    private static final int LATELY_HEARTBEATS = 3;

    private final Duration heartbeat;
    private final Map<WorkerId, Long> last = new HashMap<>();
    private long latest = System.nanoTime();

    /** None yet, of workers that say so often that they live. */
    public WorkersHeard(Duration heartbeat) {
        this.heartbeat = heartbeat;
    }

    /** A message of this worker came. */
    public void from(WorkerId worker) {
        latest = System.nanoTime();
        last.put(worker, latest);
    }

    /** The silence counts from now, for a leader that has only begun. */
    void begin() {
        latest = System.nanoTime();
    }

    /** Whether a leader hears none of the workers that another master hears so many of. */
    boolean isCutOff(int workersOfOthers) {
        Duration silence = Duration.ofNanos(System.nanoTime() - latest);
        return HandOver.isDue(silence, workersOfOthers, heartbeat);
    }

    /** How many were heard lately. */
    int count() {
        long now = System.nanoTime();
        long lately = heartbeat.multipliedBy(LATELY_HEARTBEATS).toNanos();
        last.values().removeIf(at -> now - at > lately);
        return last.size();
    }
}
