package dev.orrery.scheduling;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * The states of a job's tasks, range-compressed: neighbours in the same state share one segment.
 */
final class TaskMap {

    private final TreeMap<Integer, Segment> segments = new TreeMap<>();

    /** A run of tasks in one state, both ends inclusive. */
    record Segment(int first, int last, TaskState state) {}

    private TaskMap() {}

    static TaskMap all(int size, TaskState state) {
        TaskMap map = new TaskMap();
        map.segments.put(0, new Segment(0, size - 1, state));
        return map;
    }

    TaskMap copy() {
        TaskMap map = new TaskMap();
        map.segments.putAll(segments);
        return map;
    }

    /**
     * The state of one task.
     *
     * @throws IllegalArgumentException when the job has no such task
     */
    TaskState get(int index) {
        Map.Entry<Integer, Segment> entry = segments.floorEntry(index);
        if (entry == null || entry.getValue().last() < index) {
            throw new IllegalArgumentException("no task " + index);
        }
        return entry.getValue().state();
    }

    /** The segments that lie in a range, cut to it, in order. */
    List<Segment> within(int first, int last) {
        List<Segment> found = new ArrayList<>();
        Integer from = segments.floorKey(first);
        for (Segment segment : segments.tailMap(from == null ? first : from, true).values()) {
            if (segment.first() > last) {
                break;
            }
            if (segment.last() >= first) {
                found.add(
                        new Segment(
                                Math.max(first, segment.first()),
                                Math.min(last, segment.last()),
                                segment.state()));
            }
        }
        return found;
    }

    /** The whole segments that a change of a range can alter: those in it and its neighbours. */
    List<Segment> around(int first, int last) {
        List<Segment> found = new ArrayList<>();
        Integer from = segments.floorKey(first - 1);
        for (Segment segment : segments.tailMap(from == null ? first : from, true).values()) {
            if (segment.first() > last + 1) {
                break;
            }
            found.add(segment);
        }
        return found;
    }

    /** Whether all tasks are in the same state. */
    boolean isUniform() {
        return segments.size() == 1;
    }

    /** All segments, in order. */
    List<Segment> all() {
        return List.copyOf(segments.values());
    }

    /** Replaces the state of every task in a range. */
    void update(int first, int last, UnaryOperator<TaskState> change) {
        List<Segment> inside = within(first, last);
        cutAt(first);
        cutAt(last + 1);
        for (Segment segment : inside) {
            put(new Segment(segment.first(), segment.last(), change.apply(segment.state())));
        }
        Segment next = segments.get(last + 1);
        if (next != null) {
            put(next);
        }
    }

    private void cutAt(int index) {
        Map.Entry<Integer, Segment> entry = segments.lowerEntry(index);
        if (entry == null || entry.getValue().last() < index) {
            return;
        }
        Segment whole = entry.getValue();
        segments.put(whole.first(), new Segment(whole.first(), index - 1, whole.state()));
        segments.put(index, new Segment(index, whole.last(), whole.state()));
    }

    /**
     * Puts a segment in its place, joined with its left neighbour. Its right one may not have been
     * changed yet, and joins in its turn.
     */
    private void put(Segment segment) {
        Map.Entry<Integer, Segment> left = segments.lowerEntry(segment.first());
        if (left != null && left.getValue().state().equals(segment.state())) {
            segments.remove(segment.first());
            segments.put(
                    left.getKey(), new Segment(left.getKey(), segment.last(), segment.state()));
        } else {
            segments.put(segment.first(), segment);
        }
    }
}
