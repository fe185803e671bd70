package dev.orrery.scheduling.queue;

import dev.orrery.model.JobId;

import java.util.Arrays;

/** Ranges side by side, number by number in columns. */
final class Leaf implements Node {

    /** Wide enough that columns weigh more than their heads, and quickly moved within. */
    static final int MAX = 128;

    private static final JobId[] NONE = {};
    private static final int CAPACITY_MIN = 8;

    private final Column first = new Column();
    private final Column second = new Column();
    private final Column third = new Column();

    /** First and last task in one number; the same for all where jobs are of one task. */
    private final Column tasks = new Column();

    private JobId[] jobs = NONE;
    private int size;
    private boolean grewAtItsEnd;

    Spot get(int index) {
        long range = tasks.get(index);
        return new Spot(
                first.get(index),
                second.get(index),
                third.get(index),
                jobs[index],
                (int) (range >>> 32),
                (int) range);
    }

    private static long range(Spot spot) {
        return (long) spot.from() << 32 | spot.to();
    }

    /** The order of the range at an index against a place. */
    int compare(int index, Spot spot) {
        int byFirst = Long.compare(first.get(index), spot.first());
        if (byFirst != 0) {
            return byFirst;
        }
        int bySecond = Long.compare(second.get(index), spot.second());
        if (bySecond != 0) {
            return bySecond;
        }
        int byThird = Long.compare(third.get(index), spot.third());
        if (byThird != 0) {
            return byThird;
        }
        int byJob = jobs[index].compareTo(spot.job());
        return byJob != 0 ? byJob : Integer.compare((int) (tasks.get(index) >>> 32), spot.from());
    }

    /** The index of the first range that does not go before the place. */
    private int find(Spot spot) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (compare(middle, spot) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private boolean isAt(int index, Spot spot) {
        return index < size && compare(index, spot) == 0;
    }

    @Override
    public boolean add(Spot spot) {
        int index = find(spot);
        if (isAt(index, spot)) {
            return false;
        }
        grewAtItsEnd = index == size;
        insert(index, spot);
        return true;
    }

    private void insert(int index, Spot spot) {
        if (size == jobs.length) {
            jobs = Arrays.copyOf(jobs, Math.max(CAPACITY_MIN, Math.min(MAX, size * 2)));
        }
        System.arraycopy(jobs, index, jobs, index + 1, size - index);
        jobs[index] = spot.job();
        first.insert(index, spot.first(), size);
        second.insert(index, spot.second(), size);
        third.insert(index, spot.third(), size);
        tasks.insert(index, range(spot), size);
        size++;
    }

    @Override
    public boolean remove(Spot spot) {
        int index = find(spot);
        if (!isAt(index, spot)) {
            return false;
        }
        removeAt(index);
        return true;
    }

    private void removeAt(int index) {
        System.arraycopy(jobs, index + 1, jobs, index, size - index - 1);
        first.remove(index, size);
        second.remove(index, size);
        third.remove(index, size);
        tasks.remove(index, size);
        size--;
        Arrays.fill(jobs, size, size + 1, jobs[0]);
    }

    @Override
    public long before(Spot spot) {
        return find(spot);
    }

    @Override
    public long count() {
        return size;
    }

    @Override
    public int width() {
        return size;
    }

    @Override
    public Leaf lowest() {
        return this;
    }

    @Override
    public boolean isFull() {
        return size == MAX;
    }

    /** Work mostly comes in order: then what is full stays full. */
    @Override
    public Node split() {
        int keep = grewAtItsEnd ? size - 1 : size / 2;
        Leaf right = new Leaf();
        for (int index = keep; index < size; index++) {
            right.insert(index - keep, get(index));
        }
        while (size > keep) {
            removeAt(size - 1);
        }
        return right;
    }

    @Override
    public boolean join(Node right) {
        if (!(right instanceof Leaf other) || size + other.size > MAX / 2) {
            return false;
        }
        for (int index = 0; index < other.size; index++) {
            insert(size, other.get(index));
        }
        return true;
    }
}
