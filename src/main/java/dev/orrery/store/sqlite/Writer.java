package dev.orrery.store.sqlite;

import dev.orrery.store.StoreException;
import dev.orrery.store.sql.Session;
import dev.orrery.store.sql.Writes;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The one connection that writes: transactions, one after another, and checkpoints between them.
 *
 * <p>Commits come from one thread; the lock lets the rare writes of tokens in between.
 */
final class Writer implements Writes, AutoCloseable {

    /** In pages of 4 KiB, roughly: how much the -wal file may hold before it is copied back. */
    private static final long CHECKPOINT_PAGES = 4_000;

    private static final int PAGE_BYTES = 4_096;

    /** What a commit writes beside the events: leader check aside, a page of each touched table. */
    private static final int COMMIT_PAGES = 8;

    private final Session session;
    private final SqliteFaults faults;
    private final ReentrantLock lock = new ReentrantLock();
    private long pagesSinceCheckpoint;

    Writer(Session session, SqliteFaults faults) {
        this.session = session;
        this.faults = faults;
    }

    @Override
    public <T> T transact(Writing<T> writing) throws StoreException {
        return transact(writing, result -> {});
    }

    /** As above, and then, before anybody else's, takes what became durable into memory. */
    <T> T transact(Writing<T> writing, Consumer<T> onDurable) throws StoreException {
        lock.lock();
        try {
            faults.refuseWhenBroken();
            T result = transactAlone(writing);
            onDurable.accept(result);
            checkpointWhenDue();
            return result;
        } finally {
            lock.unlock();
        }
    }

    /** Does something while nobody writes. */
    <T> T exclude(Quiet<T> quiet) throws StoreException {
        lock.lock();
        try {
            faults.refuseWhenBroken();
            return quiet.get();
        } catch (SQLException e) {
            throw faults.of(e);
        } finally {
            lock.unlock();
        }
    }

    /** What is done while nobody writes. */
    @FunctionalInterface
    interface Quiet<T> {
        T get() throws SQLException, StoreException;
    }

    /** Counts what a transaction wrote toward the next checkpoint. */
    void wrote(long bytes) {
        pagesSinceCheckpoint += COMMIT_PAGES + bytes / PAGE_BYTES * 2;
    }

    @Override
    public void close() throws SQLException {
        lock.lock();
        try {
            session.close();
        } finally {
            lock.unlock();
        }
    }

    private <T> T transactAlone(Writing<T> writing) throws StoreException {
        try {
            session.begin();
            T result = writing.by(session);
            session.commit();
            return result;
        } catch (SQLException e) {
            session.rollback(e);
            throw faults.of(e);
        } catch (StoreException | RuntimeException e) {
            session.rollback(e);
            throw e;
        }
    }

    /** A checkpoint that finds no space tries again later; one that cannot sync ends everything. */
    private void checkpointWhenDue() throws StoreException {
        if (pagesSinceCheckpoint < CHECKPOINT_PAGES) {
            return;
        }
        pagesSinceCheckpoint = 0;
        try (ResultSet done = session.prepare("PRAGMA wal_checkpoint(PASSIVE)").executeQuery()) {
            done.next();
        } catch (SQLException e) {
            StoreException fault = faults.of(e);
            if (fault.kind() != StoreException.Kind.FULL) {
                throw fault;
            }
        }
    }
}
