package dev.orrery.store.postgres;

import dev.orrery.store.sql.Session;

import org.jspecify.annotations.Nullable;

import java.sql.SQLException;
import java.util.concurrent.locks.ReentrantLock;

/** One connection that lasts, of one user at a time, opened again after it was lost. */
final class LastingSession implements AutoCloseable {

    private final Connector connector;
    private final Connector.Use use;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Session open;

    LastingSession(Connector connector, Connector.Use use) {
        this.connector = connector;
        this.use = use;
    }

    /** The time in which nobody else uses it. */
    interface Turn extends AutoCloseable {
        @Override
        void close();
    }

    /** Waits for the turn, within which the other methods are called. */
    Turn turn() {
        lock.lock();
        return lock::unlock;
    }

    /** Whether it has been used, and was not lost since. */
    boolean isOpen() {
        return open != null;
    }

    Session get() throws SQLException {
        Session session = open == null ? connector.open(use) : open;
        open = session;
        return session;
    }

    /** Gives it up, after a failure that leaves its state unknown. */
    void lose(SQLException cause) {
        Session session = open;
        open = null;
        try {
            if (session != null) {
                session.close();
            }
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    @Override
    public void close() {
        try (Turn _ = turn()) {
            lose(new SQLException("closing"));
        }
    }
}
