package dev.orrery.store.sql;

import dev.orrery.model.Namespace;
import dev.orrery.store.JobReads.JobRow;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/** Rows of jobs as they come out of a query. */
final class JobRows {

    /** Of the table of jobs under the name {@code j}. */
    static final String COLUMNS =
            "j.id, j.arrival, j.number, j.namespace, j.name, j.owner, j.labels, j.priority,"
                    + " j.status, j.round, j.attempt, j.worker, j.exit_code, j.reason,"
                    + " j.submitted_at, j.started_at, j.ended_at, j.last_seq";

    private JobRows() {}

    static JobRow read(ResultSet row) throws SQLException {
        int exitCode = row.getInt("exit_code");
        return new JobRow(
                Values.toJob(row.getBytes("id")),
                row.getLong("number"),
                new Namespace(row.getString("namespace")),
                row.getString("name"),
                row.getString("owner"),
                Values.toLabels(row.getString("labels")),
                row.getInt("priority"),
                Values.toStatus(row.getInt("status")),
                row.getInt("round"),
                row.getInt("attempt"),
                Optional.ofNullable(row.getString("worker")),
                row.getObject("exit_code") == null ? OptionalInt.empty() : OptionalInt.of(exitCode),
                Optional.ofNullable(row.getString("reason")),
                Values.toInstant(row.getLong("submitted_at")),
                instant(row, "started_at"),
                instant(row, "ended_at"),
                row.getLong("last_seq"));
    }

    static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
        long nanos = row.getLong(column);
        return row.wasNull() ? Optional.empty() : Optional.of(Values.toInstant(nanos));
    }
}
