package dev.orrery.scheduling.share;

import dev.orrery.scheduling.policy.QueueEntry;

import java.util.Optional;
import java.util.TreeMap;

/**
 * What waits of a job that bounds itself. At most its first range is in the line, and nothing while
 * workers have as many of its tasks as it allows.
 */
final class Gate {

    private final int max;
    private final TreeMap<Integer, QueueEntry> waiting = new TreeMap<>();
    private Optional<QueueEntry> shown = Optional.empty();
    private int held;

    Gate(int max) {
        this.max = max;
    }

    void add(QueueEntry entry) {
        waiting.put(entry.tasks().first(), entry);
    }

    void remove(QueueEntry entry) {
        waiting.remove(entry.tasks().first());
    }

    void count(int more) {
        held += more;
    }

    boolean isShut() {
        return held >= max;
    }

    int max() {
        return max;
    }

    boolean isUnused() {
        return waiting.isEmpty() && held == 0;
    }

    /** The range that is in the line now. */
    Optional<QueueEntry> shown() {
        return shown;
    }

    /** The range that should be there. */
    Optional<QueueEntry> due() {
        return isShut() || waiting.isEmpty()
                ? Optional.empty()
                : Optional.of(waiting.firstEntry().getValue());
    }

    void shows(Optional<QueueEntry> entry) {
        shown = entry;
    }
}
