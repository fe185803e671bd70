package dev.orrery.store.postgres;

import dev.orrery.store.Masters;
import dev.orrery.store.StoreException;

import java.time.Duration;
import java.util.List;

/**
 * The masters as rows, each with the database's time of its last report. They have a connection of
 * their own: a pool full of slow reads must not make a master look dead.
 */
final class PostgresMasters implements Masters, AutoCloseable {

    private static final String FORGET =
            "DELETE FROM masters"
                    + " WHERE seen_at < clock_timestamp() - ? * interval '1 millisecond'"
                    + " RETURNING id";

    private static final String REPORT =
            "INSERT INTO masters (id, node, data_uri, workers, seen_at)"
                    + " VALUES (?, ?, ?, ?, clock_timestamp()) ON CONFLICT (id) DO UPDATE SET"
                    + " node = excluded.node, data_uri = excluded.data_uri,"
                    + " workers = excluded.workers, seen_at = excluded.seen_at";
    private static final String ALIVE =
            "SELECT id, node, data_uri, workers FROM masters"
                    + " WHERE seen_at > clock_timestamp() - ? * interval '1 millisecond'"
                    + " ORDER BY id COLLATE \"C\"";

    private final LeaseConnection connection;

    PostgresMasters(LeaseConnection connection) {
        this.connection = connection;
    }

    @Override
    public void report(Master self) throws StoreException {
        connection.use(session ->
                session.update(REPORT, self.id(), self.node(), self.dataUri(), self.workers()));
    }

    @Override
    public List<Master> alive(Duration within) throws StoreException {
        return connection.use(session ->
                session.select(
                        ALIVE,
                        List.of(within.toMillis()),
                        row ->
                                new Master(
                                        row.getString(1),
                                        row.getString(2),
                                        row.getString(3),
                                        row.getInt(4))));
    }

    @Override
    public List<String> forget(Duration silentFor) throws StoreException {
        return connection.use(session ->
                session.select(FORGET, List.of(silentFor.toMillis()), row -> row.getString(1)));
    }

    @Override
    public void close() {
        connection.close();
    }
}
