package dev.orrery.store.postgres;

import dev.orrery.store.StoreException;
import dev.orrery.store.sql.Session;

import org.jspecify.annotations.Nullable;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The connection of the leader's row, opened again when it was lost. Its statements may be repeated
 * without harm, so one that meets a connection that died since its last use gets a second chance.
 */
final class LeaseConnection implements AutoCloseable {

    /** A failure that took longer is no stale connection, and the lease does not wait for two. */
    private static final Duration STALE_MAX = Duration.ofMillis(500);

    private final Connector connector;
    private final PostgresFaults faults;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Session open;

    LeaseConnection(Connector connector, PostgresFaults faults) {
        this.connector = connector;
        this.faults = faults;
    }

    /** What is done with the connection, in statements that commit by themselves. */
    @FunctionalInterface
    interface Use<T> {
        T of(Session session) throws SQLException;
    }

    <T> T use(Use<T> use) throws StoreException {
        lock.lock();
        try {
            boolean fresh = open == null;
            long begin = System.nanoTime();
            try {
                return once(use);
            } catch (SQLException e) {
                if (fresh || open != null || System.nanoTime() - begin > STALE_MAX.toNanos()) {
                    throw e;
                }
                return once(use);
            }
        } catch (SQLException e) {
            throw faults.of(e);
        } finally {
            lock.unlock();
        }
    }

    private <T> T once(Use<T> use) throws SQLException {
        Session session = open == null ? connector.open(Connector.Use.LEASE) : open;
        open = session;
        try {
            return use.of(session);
        } catch (SQLException e) {
            if (!PostgresFaults.isLocked(e)) {
                discard(session, e);
            }
            throw e;
        }
    }

    private void discard(Session session, SQLException cause) {
        open = null;
        try {
            session.close();
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            Session session = open;
            if (session != null) {
                discard(session, new SQLException("closing"));
            }
        } finally {
            lock.unlock();
        }
    }
}
