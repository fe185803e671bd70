package dev.orrery.store.postgres;

import dev.orrery.store.LeaderRow;
import dev.orrery.store.StoreException;
import dev.orrery.store.StoreException.Kind;
import dev.orrery.store.sql.Session;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The row that every commit reads FOR KEY SHARE. Raising the epoch changes a key and so waits for
 * the commits under way; renewing changes no key and waits for none.
 */
final class PostgresLeaderRow implements LeaderRow, AutoCloseable {

    /** One wait for commits under way, one after they were ended, one to spare. */
    private static final int TRIES_MAX = 3;

    private static final String ACQUIRE =
            "UPDATE leader SET epoch = greatest(epoch, ?) + 1, holder = ?, data_uri = ?,"
                    + " lease_until = clock_timestamp() + ? * interval '1 millisecond'"
                    + " WHERE id = 1 AND greatest(epoch, ?) >= ?"
                    + " AND (holder = ? OR lease_until <= clock_timestamp()) RETURNING epoch";
    private static final String RENEW =
            "UPDATE leader SET lease_until = clock_timestamp() + ? * interval '1 millisecond'"
                    + " WHERE id = 1 AND epoch = ?";
    private static final String RESIGN =
            "UPDATE leader SET lease_until = '-infinity' WHERE id = 1 AND epoch = ?";
    private static final String TERM =
            "SELECT epoch, holder, data_uri, lease_until > clock_timestamp() FROM leader"
                    + " WHERE id = 1";

    private final LeaseConnection connection;
    private final EpochFile seen;
    private final String name;

    PostgresLeaderRow(LeaseConnection connection, EpochFile seen, String name) {
        this.connection = connection;
        this.seen = seen;
        this.name = name;
    }

    @Override
    public Optional<Long> acquire(Holder candidate, Duration ttl) throws StoreException {
        long accepted = accepted();
        Optional<Long> epoch = connection.use(session -> take(session, candidate, ttl, accepted));
        if (epoch.isPresent()) {
            see(epoch.get());
        } else {
            term();
        }
        return epoch;
    }

    @Override
    public void renew(long epoch, Duration ttl) throws StoreException {
        int renewed = connection.use(session -> session.update(RENEW, ttl.toMillis(), epoch));
        if (renewed == 0) {
            throw new StoreException(
                    Kind.FENCED, "epoch " + term().epoch() + " leads, not " + epoch);
        }
    }

    @Override
    public void resign(long epoch) throws StoreException {
        connection.use(session -> session.update(RESIGN, epoch));
    }

    @Override
    public Term term() throws StoreException {
        Term term =
                connection.use(session ->
                        session.select(
                                        TERM,
                                        List.of(),
                                        row ->
                                                new Term(
                                                        row.getLong(1),
                                                        new Holder(
                                                                row.getString(2), row.getString(3)),
                                                        row.getBoolean(4)))
                                .getFirst());
        refuseUnlessWhole(term);
        see(term.epoch());
        return term;
    }

    /** A master that does not lead notices it as well, before it believes any other row. */
    private void refuseUnlessWhole(Term term) throws StoreException {
        if (term.epoch() < seen.known() && accepted() == 0) {
            throw lost(term.epoch());
        }
    }

    @Override
    public void close() {
        connection.close();
    }

    private Optional<Long> take(Session session, Holder candidate, Duration ttl, long accepted)
            throws SQLException {
        List<Object> parameters =
                List.of(
                        accepted,
                        candidate.node(),
                        candidate.dataUri(),
                        ttl.toMillis(),
                        accepted,
                        seen.known(),
                        candidate.node());
        return passing(
                session,
                candidate.node(),
                () ->
                        session.select(ACQUIRE, parameters, row -> row.getLong(1)).stream()
                                .findFirst());
    }

    /** Commits under way are waited for, and ended when they hold us up. */
    private static <T> T passing(Session session, String node, Locking<T> locking)
            throws SQLException {
        for (int attempt = 1; ; attempt++) {
            try {
                return locking.run();
            } catch (SQLException e) {
                if (attempt == TRIES_MAX || !PostgresFaults.isLocked(e)) {
                    throw e;
                }
                OpenCommits.end(session, node);
            }
        }
    }

    private long accepted() throws StoreException {
        try {
            return seen.accepted();
        } catch (IOException e) {
            throw new StoreException(Kind.BROKEN, "the epoch file cannot be read", e);
        }
    }

    private void see(long epoch) throws StoreException {
        try {
            seen.see(epoch);
        } catch (IOException e) {
            throw new StoreException(
                    Kind.FULL, "the epoch cannot be remembered: " + seen.path() + ": " + e, e);
        }
    }

    private StoreException lost(long epoch) {
        return new StoreException(
                Kind.BROKEN,
                ("%s is in epoch %d, and this master has seen epoch %d: the database has lost"
                                + " commits (a standby without the last ones was promoted, or an"
                                + " old backup restored). Bring the right database back; or, to go"
                                + " on without what was lost, stop this master, rename %s to"
                                + " epoch.accepted, and start it")
                        .formatted(name, epoch, seen.known(), seen.path()));
    }

    /** A statement that waits for the row. */
    @FunctionalInterface
    private interface Locking<T> {
        T run() throws SQLException;
    }
}
