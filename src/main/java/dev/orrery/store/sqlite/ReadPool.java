package dev.orrery.store.sqlite;

import dev.orrery.store.StoreException;
import dev.orrery.store.StoreException.Kind;
import dev.orrery.store.sql.Faults;
import dev.orrery.store.sql.Reads;
import dev.orrery.store.sql.Session;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A few connections that only read, opened when they are first needed. */
final class ReadPool implements Reads, AutoCloseable {

    /** SQLite reads from memory mostly: more readers than cores would only add caches. */
    private static final int SESSIONS_MAX = 4;

    private static final Duration WAIT_MAX = Duration.ofSeconds(10);

    private final Path file;
    private final Faults faults;
    private final Semaphore free = new Semaphore(SESSIONS_MAX);
    private final ConcurrentLinkedDeque<Session> idle = new ConcurrentLinkedDeque<>();
    private volatile boolean closed;

    ReadPool(Path file, Faults faults) {
        this.file = file;
        this.faults = faults;
    }

    @Override
    public <T> T read(Reading<T> reading) throws StoreException {
        acquire();
        try {
            Session known = idle.pollFirst();
            Session session = known == null ? SqliteSessions.reader(file) : known;
            try {
                return reading.from(session);
            } finally {
                idle.addFirst(session);
            }
        } catch (SQLException e) {
            throw faults.of(e);
        } finally {
            free.release();
        }
    }

    /** Waits for the reads under way and refuses all later ones. */
    @Override
    public void close() throws SQLException {
        closed = true;
        boolean drained = false;
        try {
            drained = free.tryAcquire(SESSIONS_MAX, WAIT_MAX.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (Session session = idle.pollFirst(); session != null; session = idle.pollFirst()) {
            session.close();
        }
        if (!drained) {
            throw new SQLException("reads of " + file + " did not end in " + WAIT_MAX);
        }
    }

    private void acquire() throws StoreException {
        if (closed) {
            throw new IllegalStateException("the store is closed: " + file);
        }
        try {
            if (!free.tryAcquire(WAIT_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new StoreException(
                        Kind.BROKEN, "no connection to " + file + " became free in " + WAIT_MAX);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException(Kind.BROKEN, "interrupted before a read of " + file, e);
        }
    }
}
