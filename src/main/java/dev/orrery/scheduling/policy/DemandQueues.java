package dev.orrery.scheduling.policy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * A queue for each demand, so that a task no worker can take just now does not hide those behind it
 * that one can.
 */
public final class DemandQueues implements QueuePolicy {

    private final Map<Demand, TreeSet<QueueEntry>> queues = new LinkedHashMap<>();
    private long size;

    /** Made by the loader of components. */
    public DemandQueues() {}

    @Override
    public void add(QueueEntry entry) {
        if (queues.computeIfAbsent(entry.demand(), demand -> new TreeSet<>()).add(entry)) {
            size++;
        }
    }

    @Override
    public void remove(QueueEntry entry) {
        TreeSet<QueueEntry> queue = queues.get(entry.demand());
        if (queue == null || !queue.remove(entry)) {
            return;
        }
        size--;
        if (queue.isEmpty()) {
            queues.remove(entry.demand());
        }
    }

    @Override
    public List<QueueEntry> candidates() {
        List<QueueEntry> heads = new ArrayList<>(queues.size());
        queues.values().forEach(queue -> heads.add(queue.first()));
        heads.sort(null);
        return heads;
    }

    @Override
    public long ahead(QueueEntry entry) {
        return queues.values().stream().mapToLong(queue -> queue.headSet(entry).size()).sum();
    }

    @Override
    public long size() {
        return size;
    }
}
