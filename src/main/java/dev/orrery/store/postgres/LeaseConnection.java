package dev.orrery.store.postgres;

import dev.orrery.store.StoreException;
import dev.orrery.store.sql.Session;

import java.sql.SQLException;
import java.time.Duration;

/**
 * A connection for what must not wait for anything else: the leader's row, and the masters'
 * reports. Its statements may be repeated without harm, so one that meets a connection that died
 * since its last use gets a second chance.
 */
final class LeaseConnection implements AutoCloseable {

    /** A failure that took longer is no stale connection, and the lease does not wait for two. */
    private static final Duration STALE_MAX = Duration.ofMillis(500);

    private final LastingSession lasting;
    private final PostgresFaults faults;

    LeaseConnection(Connector connector, PostgresFaults faults) {
        this.lasting = new LastingSession(connector, Connector.Use.LEASE);
        this.faults = faults;
    }

    /** What is done with the connection, in statements that commit by themselves. */
    @FunctionalInterface
    interface Use<T> {
        T of(Session session) throws SQLException;
    }

    <T> T use(Use<T> use) throws StoreException {
        try (LastingSession.Turn _ = lasting.turn()) {
            boolean fresh = !lasting.isOpen();
            long begin = System.nanoTime();
            try {
                return once(use);
            } catch (SQLException e) {
                boolean slow = System.nanoTime() - begin > STALE_MAX.toNanos();
                if (fresh || lasting.isOpen() || slow) {
                    throw e;
                }
                return once(use);
            }
        } catch (SQLException e) {
            throw faults.of(e);
        }
    }

    private <T> T once(Use<T> use) throws SQLException {
        Session session = lasting.get();
        try {
            return use.of(session);
        } catch (SQLException e) {
            if (!PostgresFaults.isLocked(e)) {
                lasting.lose(e);
            }
            throw e;
        }
    }

    @Override
    public void close() {
        lasting.close();
    }
}
