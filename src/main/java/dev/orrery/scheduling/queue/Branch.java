package dev.orrery.scheduling.queue;

import java.util.ArrayList;
import java.util.List;

/** Parts side by side, in order, and how many ranges are below them all. */
final class Branch implements Node {

    static final int MAX = 64;

    private final List<Node> parts;
    private long count;

    Branch(List<Node> parts) {
        this.parts = new ArrayList<>(parts);
        this.count = this.parts.stream().mapToLong(Node::count).sum();
    }

    Node first() {
        return parts.getFirst();
    }

    /** The last part that begins at the place or before it, else the first one. */
    private int find(Spot spot) {
        int low = 1;
        int high = parts.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (parts.get(middle).lowest().compare(0, spot) <= 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1;
    }

    @Override
    public boolean add(Spot spot) {
        int index = find(spot);
        Node part = parts.get(index);
        if (part.isFull()) {
            parts.add(index + 1, part.split());
            index = find(spot);
        }
        boolean added = parts.get(index).add(spot);
        count += added ? 1 : 0;
        return added;
    }

    @Override
    public boolean remove(Spot spot) {
        int index = find(spot);
        Node part = parts.get(index);
        if (!part.remove(spot)) {
            return false;
        }
        count--;
        if (part.count() == 0) {
            parts.remove(index);
        } else if (index + 1 < parts.size() && part.join(parts.get(index + 1))) {
            parts.remove(index + 1);
        } else if (index > 0 && parts.get(index - 1).join(part)) {
            parts.remove(index);
        }
        return true;
    }

    @Override
    public long before(Spot spot) {
        int index = find(spot);
        long before = parts.get(index).before(spot);
        for (Node part : parts.subList(0, index)) {
            before += part.count();
        }
        return before;
    }

    @Override
    public long count() {
        return count;
    }

    @Override
    public int width() {
        return parts.size();
    }

    @Override
    public Leaf lowest() {
        return parts.getFirst().lowest();
    }

    @Override
    public boolean isFull() {
        return parts.size() == MAX;
    }

    @Override
    public Node split() {
        List<Node> upper = parts.subList(MAX / 2, parts.size());
        Branch right = new Branch(upper);
        upper.clear();
        count -= right.count;
        return right;
    }

    @Override
    public boolean join(Node right) {
        if (!(right instanceof Branch other) || width() + other.width() > MAX / 2) {
            return false;
        }
        parts.addAll(other.parts);
        count += other.count;
        return true;
    }
}
