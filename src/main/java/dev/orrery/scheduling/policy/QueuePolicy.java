package dev.orrery.scheduling.policy;

import java.util.List;

/** The queue: what waits for a worker, and what may go next. Every change is O(log n). */
public interface QueuePolicy {

    /** Takes in an entry that is not there. */
    void add(QueueEntry entry);

    /** Takes out an entry that is there. */
    void remove(QueueEntry entry);

    /** The entries that may go next, the one to try first at the head; one for each demand. */
    List<QueueEntry> candidates();

    /** How many entries go before this one; may cost O(n). */
    long ahead(QueueEntry entry);

    /** How many entries wait. */
    long size();
}
