package dev.orrery.scheduling.policy;

import dev.orrery.model.TaskRange;

/** A range of queued tasks at its place in the order. */
public record QueueEntry(PriorityKey key, TaskRange tasks, Demand demand)
        implements Comparable<QueueEntry> {

    /** Orders by place, then by job and index, so that no two entries are equal. */
    @Override
    public int compareTo(QueueEntry other) {
        int byKey = key.compareTo(other.key);
        if (byKey != 0) {
            return byKey;
        }
        int byJob = tasks.job().compareTo(other.tasks.job());
        return byJob != 0 ? byJob : Integer.compare(tasks.first(), other.tasks.first());
    }
}
