package dev.orrery.scheduling.queue;

import java.util.List;
import java.util.Optional;

/**
 * Queued ranges in order, in about 15 bytes each where jobs are of one task.
 *
 * <p>A B+-tree that counts (Bayer and McCreight, Acta Informatica 1, 1972; order statistics as in
 * Cormen et al., chapter 14): every change and every question is O(log n).
 */
public final class RangeTree {
    /*
     * Parts. A leaf has up to 128 ranges as columns of numbers. Neighbours in a queue are alike: no
     * deadline, the same priority, one task; such a column is a single number. A job is a reference
     * to the identity that the job has anyway.
     *
     * Growth. A full part is split on the way down. A leaf that grew at its end gives away one
     * range only, so that a queue that is filled in order has full leaves.
     *
     * Shrinking. An empty part is dropped, and two neighbours become one when they fill half of it:
     * not at once, so that one range that comes and goes moves nothing (free at empty: Johnson and
     * Shasha, JCSS 47, 1993).
     */

    private Node root = new Leaf();

    /** Takes a range in; false when one that begins there is there already. */
    public boolean add(Spot spot) {
        if (root.isFull()) {
            Node right = root.split();
            root = new Branch(List.of(root, right));
        }
        return root.add(spot);
    }

    /** Takes the range that begins there out; false when it is not there. */
    public boolean remove(Spot spot) {
        boolean removed = root.remove(spot);
        while (root instanceof Branch branch && branch.width() == 1) {
            root = branch.first();
        }
        return removed;
    }

    /** The range that goes first. */
    public Optional<Spot> first() {
        return root.count() == 0 ? Optional.empty() : Optional.of(root.lowest().get(0));
    }

    /** How many go before this place. */
    public long before(Spot spot) {
        return root.before(spot);
    }

    /** How many there are. */
    public long size() {
        return root.count();
    }
}
