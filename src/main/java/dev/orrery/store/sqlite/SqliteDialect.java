package dev.orrery.store.sqlite;

import dev.orrery.model.JobId;
import dev.orrery.store.sql.Bulk;
import dev.orrery.store.sql.Dialect;
import dev.orrery.store.sql.Session;
import dev.orrery.store.sql.Values;

import org.jspecify.annotations.Nullable;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** SQLite: a prepared statement that is executed row by row costs nothing beside the row. */
final class SqliteDialect implements Dialect {

    static final SqliteDialect INSTANCE = new SqliteDialect();

    private static final String PURGED =
            "INSERT INTO purged (end_order, job, number) SELECT end_order, id, number FROM jobs"
                    + " WHERE id = ? AND end_order > ?";

    private SqliteDialect() {}

    @Override
    public void begin(Session session) throws SQLException {
        session.run("BEGIN IMMEDIATE");
    }

    @Override
    public void commit(Session session) throws SQLException {
        session.run("COMMIT");
    }

    @Override
    public void rollback(Session session) throws SQLException {
        session.run("ROLLBACK");
    }

    @Override
    public void write(Session session, Bulk bulk, List<@Nullable Object[]> rows)
            throws SQLException {
        session.batch(bulk.text(), rows);
    }

    @Override
    public int[] fit(Session session, Bulk bulk, List<@Nullable Object[]> rows)
            throws SQLException {
        return session.batch(bulk.text(), rows);
    }

    @Override
    public String contains(String column) {
        return column + " LIKE ? ESCAPE '\\'";
    }

    @Override
    public void purge(Session session, List<JobId> jobs, long endsAbove) throws SQLException {
        for (JobId id : jobs) {
            byte[] job = Values.ofJob(id);
            session.update(PURGED, job, endsAbove);
            purgeLabels(session, job);
            session.update("DELETE FROM blob_references WHERE job = ?", job);
            session.update("DELETE FROM events WHERE job = ?", job);
            session.update("DELETE FROM jobs WHERE id = ?", job);
        }
        session.update("DELETE FROM purged WHERE end_order <= ?", endsAbove);
    }

    private static void purgeLabels(Session session, byte[] job) throws SQLException {
        PreparedStatement row = session.bind("SELECT arrival, labels FROM jobs WHERE id = ?", job);
        try (ResultSet found = row.executeQuery()) {
            if (!found.next()) {
                return;
            }
            long arrival = found.getLong(1);
            for (Map.Entry<String, String> label : Values.toLabels(found.getString(2)).entrySet()) {
                session.update(
                        "DELETE FROM job_labels WHERE key = ? AND value = ? AND arrival = ?",
                        label.getKey(),
                        label.getValue(),
                        arrival);
            }
        }
    }
}
