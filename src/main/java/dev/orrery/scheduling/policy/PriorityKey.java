package dev.orrery.scheduling.policy;

/** A place in the order of the queue: compared number by number, the smallest runs first. */
public record PriorityKey(long first, long second, long third) implements Comparable<PriorityKey> {

    @Override
    public int compareTo(PriorityKey other) {
        int byFirst = Long.compare(first, other.first);
        if (byFirst != 0) {
            return byFirst;
        }
        int bySecond = Long.compare(second, other.second);
        return bySecond != 0 ? bySecond : Long.compare(third, other.third);
    }
}
