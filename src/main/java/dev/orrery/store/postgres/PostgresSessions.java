package dev.orrery.store.postgres;

import dev.orrery.store.StoreException;
import dev.orrery.store.StoreException.Kind;
import dev.orrery.store.sql.Reads;
import dev.orrery.store.sql.Session;
import dev.orrery.store.sql.Writes;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The connections for everything but commits and the leader's row, opened when they are needed.
 *
 * <p>There is no pause between attempts to connect: a call that finds no server says so at once,
 * and the first one after the server is back gets through.
 */
final class PostgresSessions implements Reads, Writes, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PostgresSessions.class);

    /** Of three masters, 24 of a server's usual hundred. */
    private static final int SESSIONS_MAX = 8;

    private static final Duration WAIT_MAX = Duration.ofSeconds(3);

    /** A connection that was not used for so long is asked whether it still is one. */
    private static final Duration TRUST_MAX = Duration.ofMillis(500);

    private static final int PROBE_SECONDS = 1;

    private final Connector connector;
    private final PostgresFaults faults;
    private final Semaphore free = new Semaphore(SESSIONS_MAX);
    private final ConcurrentLinkedDeque<Idle> idle = new ConcurrentLinkedDeque<>();
    private volatile boolean closed;

    PostgresSessions(Connector connector, PostgresFaults faults) {
        this.connector = connector;
        this.faults = faults;
    }

    @Override
    public <T> T read(Reading<T> reading) throws StoreException {
        return use(reading);
    }

    @Override
    public <T> T transact(Writing<T> writing) throws StoreException {
        return use(session -> {
            session.begin();
            T result;
            try {
                result = writing.by(session);
            } catch (SQLException | StoreException | RuntimeException e) {
                session.rollback(e);
                throw e;
            }
            commit(session);
            return result;
        });
    }

    /** Waits for the calls under way and refuses all later ones. */
    @Override
    public void close() {
        closed = true;
        try {
            // Whoever is still at it after that closes the connection himself.
            var _ = free.tryAcquire(SESSIONS_MAX, WAIT_MAX.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        closeIdle();
    }

    /** A connection that died while nobody used it is no answer of the server: another one is. */
    private <T> T use(Reading<T> reading) throws StoreException {
        acquire();
        try {
            Optional<Session> known = known();
            if (known.isPresent()) {
                try {
                    return by(known.get(), reading);
                } catch (SQLException e) {
                    if (!PostgresFaults.isLost(e)) {
                        throw e;
                    }
                    closeIdle();
                }
            }
            return by(connector.open(Connector.Use.READ), reading);
        } catch (SQLException e) {
            throw faults.of(e);
        } finally {
            free.release();
        }
    }

    private <T> T by(Session session, Reading<T> reading) throws SQLException, StoreException {
        boolean usable = false;
        try {
            T result = reading.from(session);
            usable = true;
            return result;
        } catch (StoreException | RuntimeException e) {
            usable = !session.connection().isClosed();
            throw e;
        } finally {
            if (usable && !closed) {
                idle.addFirst(new Idle(session, System.nanoTime()));
            } else {
                closeQuietly(session);
            }
        }
    }

    /** What became of a commit that fails is unknown, so it is not tried again. */
    private void commit(Session session) throws StoreException {
        try {
            session.commit();
        } catch (SQLException e) {
            closeQuietly(session);
            throw faults.of(e);
        }
    }

    private Optional<Session> known() throws SQLException {
        for (Idle next = idle.pollFirst(); next != null; next = idle.pollFirst()) {
            boolean trusted = System.nanoTime() - next.since() < TRUST_MAX.toNanos();
            if (trusted || next.session().connection().isValid(PROBE_SECONDS)) {
                return Optional.of(next.session());
            }
            closeQuietly(next.session());
        }
        return Optional.empty();
    }

    private void acquire() throws StoreException {
        if (closed) {
            throw new IllegalStateException("the store is closed: " + connector.name());
        }
        try {
            if (!free.tryAcquire(WAIT_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new StoreException(
                        Kind.UNAVAILABLE,
                        "no connection to " + connector.name() + " became free in " + WAIT_MAX);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException(
                    Kind.UNAVAILABLE, "interrupted before a read of " + connector.name(), e);
        }
    }

    private void closeIdle() {
        for (Idle next = idle.pollFirst(); next != null; next = idle.pollFirst()) {
            closeQuietly(next.session());
        }
    }

    private static void closeQuietly(Session session) {
        try {
            session.close();
        } catch (SQLException e) {
            LOG.atDebug().setCause(e).log("a connection was closed already");
        }
    }

    /** A connection that nobody uses since a time of the monotonic clock. */
    private record Idle(Session session, long since) {}
}
