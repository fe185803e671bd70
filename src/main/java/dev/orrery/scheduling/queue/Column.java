package dev.orrery.scheduling.queue;

import java.util.Arrays;

/** The numbers of one kind in a leaf; nothing but one number as long as all of them are equal. */
final class Column {

    private static final long[] NONE = {};
    private static final int CAPACITY_MIN = 8;

    private long same;
    private long[] each = NONE;

    long get(int index) {
        return each.length == 0 ? same : each[index];
    }

    /**
     * Puts a number in.
     *
     * @param size how many there are before
     */
    void insert(int index, long value, int size) {
        if (each.length == 0) {
            if (size == 0 || value == same) {
                same = value;
                return;
            }
            each = new long[Math.max(CAPACITY_MIN, Integer.highestOneBit(size) * 2)];
            Arrays.fill(each, 0, size, same);
        } else if (size == each.length) {
            each = Arrays.copyOf(each, size * 2);
        }
        System.arraycopy(each, index, each, index + 1, size - index);
        each[index] = value;
    }

    /**
     * Takes a number out.
     *
     * @param size how many there are before
     */
    void remove(int index, int size) {
        if (each.length > 0) {
            System.arraycopy(each, index + 1, each, index, size - index - 1);
        }
    }
}
