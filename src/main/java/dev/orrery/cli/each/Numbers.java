package dev.orrery.cli.each;

import java.util.Map;
import java.util.TreeMap;

/** Running numbers of jobs, kept as ranges. */
final class Numbers {

    private final TreeMap<Long, Long> lastByFirst = new TreeMap<>();

    void add(long number) {
        if (contains(number)) {
            return;
        }
        Map.Entry<Long, Long> before = lastByFirst.floorEntry(number);
        boolean follows = before != null && before.getValue() == number - 1;
        long first = follows ? before.getKey() : number;
        Long last = lastByFirst.remove(number + 1);
        lastByFirst.put(first, last == null ? number : last);
    }

    boolean contains(long number) {
        Map.Entry<Long, Long> before = lastByFirst.floorEntry(number);
        return before != null && before.getValue() >= number;
    }

    /** From the first to the last, as a list of jobs is asked for. */
    @Override
    public String toString() {
        return lastByFirst.firstKey() + "-" + lastByFirst.lastEntry().getValue();
    }
}
