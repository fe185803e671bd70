package dev.orrery.store.postgres;

import dev.orrery.store.sql.Session;

import java.sql.SQLException;
import java.util.List;

/**
 * The transactions that hold the leader's row and stand in the way of who may have it: those of a
 * frozen holder, or of a commit whose connection was lost.
 */
final class OpenCommits {

    private static final String END =
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    + " WHERE datname = current_database() AND usename = current_user"
                    + " AND application_name = ? AND pid <> pg_backend_pid()"
                    + " AND xact_start IS NOT NULL AND EXISTS (SELECT 1 FROM leader"
                    + " WHERE id = 1 AND (holder = ? OR lease_until <= clock_timestamp()))";

    private OpenCommits() {}

    /** Ends them, when the lease has ended or is this node's own; they are undone as a whole. */
    static void end(Session session, String node) throws SQLException {
        session.select(
                END,
                List.of(Connector.Use.COMMIT.applicationName(), node),
                row -> row.getBoolean(1));
    }
}
