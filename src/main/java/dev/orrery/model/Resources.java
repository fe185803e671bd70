package dev.orrery.model;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * An amount of what a worker offers and a task asks for.
 *
 * @param cpuMillis thousandths of a cpu
 * @param memoryBytes bytes of memory; 0 asks for no reservation and no limit
 * @param gpus whole devices
 * @param named any other countable thing, by name
 */
public record Resources(long cpuMillis, long memoryBytes, int gpus, SortedMap<String, Long> named) {

    /** Nothing at all. */
    public static final Resources NONE = new Resources(0, 0, 0, Collections.emptySortedMap());

    /** What a task asks for when it says nothing: one cpu. */
    public static final Resources ONE_CPU = new Resources(1000, 0, 0, Collections.emptySortedMap());

    /** However little they ask for: each has a process and a thread that watches it. */
    public static final int SLOT_SHARED_BY_MAX = 16;

    /** Copies the map; refuses negative amounts. */
    public Resources {
        named =
                named.isEmpty()
                        ? Collections.emptySortedMap()
                        : Collections.unmodifiableSortedMap(new TreeMap<>(named));
        if (cpuMillis < 0
                || memoryBytes < 0
                || gpus < 0
                || (!named.isEmpty() && named.values().stream().anyMatch(v -> v < 0))) {
            throw new IllegalArgumentException("amounts are not negative");
        }
    }

    /**
     * How much of a worker's slot a task of this amount takes, in thousandths: tasks of less than
     * one cpu share a slot, at most {@value #SLOT_SHARED_BY_MAX} of them.
     */
    public long slotMillis() {
        boolean shares = cpuMillis > 0 && cpuMillis < 1000;
        return shares ? Math.max(cpuMillis, 1000 / SLOT_SHARED_BY_MAX) : 1000;
    }

    /** Whether this amount fits into what is free. */
    public boolean fitsIn(Resources free) {
        if (cpuMillis > free.cpuMillis || memoryBytes > free.memoryBytes || gpus > free.gpus) {
            return false;
        }
        for (Map.Entry<String, Long> ask : named.entrySet()) {
            if (ask.getValue() > free.named.getOrDefault(ask.getKey(), 0L)) {
                return false;
            }
        }
        return true;
    }

    /** The sum of both. */
    public Resources plus(Resources other) {
        return new Resources(
                cpuMillis + other.cpuMillis,
                memoryBytes + other.memoryBytes,
                gpus + other.gpus,
                combine(other, 1));
    }

    /**
     * What remains when the other is taken away.
     *
     * @throws IllegalArgumentException when the other is not contained in this
     */
    public Resources minus(Resources other) {
        return new Resources(
                cpuMillis - other.cpuMillis,
                memoryBytes - other.memoryBytes,
                gpus - other.gpus,
                combine(other, -1));
    }

    private SortedMap<String, Long> combine(Resources other, int sign) {
        if (other.named.isEmpty()) {
            return named;
        }
        TreeMap<String, Long> sum = new TreeMap<>(named);
        other.named.forEach((name, amount) -> sum.merge(name, sign * amount, Long::sum));
        return sum;
    }
}
