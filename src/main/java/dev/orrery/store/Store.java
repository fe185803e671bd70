package dev.orrery.store;

import dev.orrery.protocol.DurableEvent;
import dev.orrery.protocol.LoadedState;

import java.sql.Connection;
import java.util.List;
import java.util.Optional;

/**
 * The durable truth of one cluster. Blocking: writes come from one thread, reads from any.
 *
 * <p>{@code commit} and {@code load} are the contract that the scheduler rests on: what was
 * committed is on disk when {@code commit} returns, whole batches only, in order; {@code load}
 * gives back what the events of every live job were.
 */
public interface Store extends AutoCloseable {

    /**
     * Writes a batch in one transaction and returns when it is on disk.
     *
     * @throws StoreException FENCED when a newer epoch leads; CONFLICT when an event does not
     *     follow on what is stored of its job; FULL when the disk is; BROKEN when nobody may go on
     */
    void commit(long epoch, List<DurableEvent> events) throws StoreException;

    /** All that a new leader needs. */
    LoadedState load() throws StoreException;

    /** Who leads. */
    LeaderRow leaderRow();

    /** Who else shares this store. */
    Masters masters();

    /** Which of them holds which bytes; empty where nobody else can share this store. */
    default Optional<Copies> copies() {
        return Optional.empty();
    }

    /** The reading side. */
    JobReads jobs();

    /** Reads of schedules. */
    ScheduleReads schedules();

    /** Access tokens and the cluster's secrets. */
    Tokens tokens();

    /**
     * A connection within a transaction that only reads: it sees every commit before this call and
     * none after it, and holds up nobody who writes. Closing it ends both.
     */
    Connection snapshot() throws StoreException;

    @Override
    void close();
}
