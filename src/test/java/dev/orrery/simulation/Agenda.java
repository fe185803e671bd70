package dev.orrery.simulation;

import java.util.PriorityQueue;

/** What will happen, in order of its time and then of its entry. */
final class Agenda {

    private final PriorityQueue<Entry> entries = new PriorityQueue<>();
    private long now;
    private long entered;
    private long played;

    /** One thing that will happen. */
    private record Entry(long at, long number, Runnable what) implements Comparable<Entry> {
        @Override
        public int compareTo(Entry other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(number, other.number);
        }
    }

    /** Nanoseconds since the beginning of the run; no host can read this clock. */
    long now() {
        return now;
    }

    /** How many things have happened. */
    long played() {
        return played;
    }

    void after(long nanos, Runnable what) {
        entered++;
        entries.add(new Entry(now + Math.max(0, nanos), entered, what));
    }

    /** Lets everything happen up to a time. */
    void playUntil(long end) {
        for (Entry next = entries.peek(); next != null && next.at() <= end; next = entries.peek()) {
            entries.poll();
            now = next.at();
            played++;
            next.what().run();
        }
        now = end;
    }
}
