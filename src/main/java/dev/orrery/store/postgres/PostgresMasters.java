package dev.orrery.store.postgres;

import dev.orrery.store.Masters;
import dev.orrery.store.StoreException;

import java.time.Duration;
import java.util.List;

/** The masters as rows, each with the database's time of its last report. */
final class PostgresMasters implements Masters {

    /** Well past any wait for one to come back; only against rows that nobody needs. */
    private static final String FORGET =
            "DELETE FROM masters WHERE seen_at < clock_timestamp() - interval '7 days'";

    private static final String REPORT =
            "INSERT INTO masters (id, node, data_uri, workers, seen_at)"
                    + " VALUES (?, ?, ?, ?, clock_timestamp()) ON CONFLICT (id) DO UPDATE SET"
                    + " node = excluded.node, data_uri = excluded.data_uri,"
                    + " workers = excluded.workers, seen_at = excluded.seen_at";
    private static final String ALIVE =
            "SELECT id, node, data_uri, workers FROM masters"
                    + " WHERE seen_at > clock_timestamp() - ? * interval '1 millisecond'"
                    + " ORDER BY id COLLATE \"C\"";

    private final PostgresSessions sessions;

    PostgresMasters(PostgresSessions sessions) {
        this.sessions = sessions;
    }

    @Override
    public void report(Master self) throws StoreException {
        sessions.read(session -> {
            int written =
                    session.update(REPORT, self.id(), self.node(), self.dataUri(), self.workers());
            return written + session.update(FORGET);
        });
    }

    @Override
    public List<Master> alive(Duration within) throws StoreException {
        return sessions.read(session ->
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
}
