package dev.orrery.scheduling.policy;

/**
 * The queue of one namespace: what waits for a worker, and what may go next. Every change is O(log
 * n). Between namespaces their shares decide.
 */
public interface QueuePolicy {

    /** Takes in an entry that is not there. */
    void add(QueueEntry entry);

    /** Takes out an entry that is there. */
    void remove(QueueEntry entry);

    /**
     * The entries that may go next, the one to try first at the head; one for each demand. They are
     * read at most until the next change.
     */
    Iterable<QueueEntry> candidates();

    /** How many entries go before this one; may cost O(n). */
    long ahead(QueueEntry entry);

    /** How many entries wait. */
    long size();
}
