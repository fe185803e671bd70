package dev.orrery.scheduling.policy;

import dev.orrery.model.TaskRange;
import dev.orrery.scheduling.queue.RangeTree;
import dev.orrery.scheduling.queue.Spot;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * A queue for each demand, so that a task no worker can take just now does not hide those behind it
 * that one can.
 */
public final class DemandQueues implements QueuePolicy {

    private final Map<Demand, Lane> lanes = new LinkedHashMap<>();
    private final TreeMap<QueueEntry, Lane> heads = new TreeMap<>();
    private long size;

    /** Those of one demand, and the first of them. */
    private static final class Lane {
        private final RangeTree ranges = new RangeTree();
        private QueueEntry head;

        Lane(QueueEntry head) {
            this.head = head;
        }
    }

    /** Made by the loader of components. */
    public DemandQueues() {}

    @Override
    public void add(QueueEntry entry) {
        Lane lane = lanes.computeIfAbsent(entry.demand(), demand -> new Lane(entry));
        if (!lane.ranges.add(spot(entry))) {
            return;
        }
        size++;
        if (lane.ranges.size() == 1) {
            heads.put(entry, lane);
        } else if (entry.compareTo(lane.head) < 0) {
            leads(lane, entry);
        }
    }

    @Override
    public void remove(QueueEntry entry) {
        Lane lane = lanes.get(entry.demand());
        if (lane == null || !lane.ranges.remove(spot(entry))) {
            return;
        }
        size--;
        if (lane.ranges.size() == 0) {
            heads.remove(lane.head);
            lanes.remove(entry.demand());
        } else if (entry.compareTo(lane.head) == 0) {
            leads(lane, entry(lane.ranges.first().orElseThrow(), lane.head.demand()));
        }
    }

    private void leads(Lane lane, QueueEntry head) {
        heads.remove(lane.head);
        lane.head = head;
        heads.put(head, lane);
    }

    private static Spot spot(QueueEntry entry) {
        return new Spot(
                entry.key().first(),
                entry.key().second(),
                entry.key().third(),
                entry.tasks().job(),
                entry.tasks().first(),
                entry.tasks().last());
    }

    private static QueueEntry entry(Spot spot, Demand demand) {
        return new QueueEntry(
                new PriorityKey(spot.first(), spot.second(), spot.third()),
                new TaskRange(spot.job(), spot.from(), spot.to()),
                demand);
    }

    @Override
    public Iterable<QueueEntry> candidates() {
        return heads.navigableKeySet();
    }

    @Override
    public long ahead(QueueEntry entry) {
        Spot spot = spot(entry);
        long ahead = 0;
        for (Lane lane : lanes.values()) {
            ahead += lane.ranges.before(spot);
        }
        return ahead;
    }

    @Override
    public long size() {
        return size;
    }
}
