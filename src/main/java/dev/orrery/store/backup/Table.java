package dev.orrery.store.backup;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/**
 * A table that a backup holds, with the order in which its rows are read.
 *
 * <p>Of the leader only the epoch: each engine has its own lease. Not among the tables are those of
 * what a running cluster says anew, what the schema has of itself, and SQLite's journal, which is
 * empty in every snapshot.
 */
record Table(String name, String columns, String order) {

    static final String EVENTS = "events";
    static final String JOBS = "jobs";
    static final String BLOB_REFERENCES = "blob_references";
    static final String LEADER = "leader";

    static final List<Table> ALL =
            List.of(
                    new Table(LEADER, "epoch", "id"),
                    new Table("numbers", "namespace"),
                    new Table("submissions", "namespace, key"),
                    new Table("draining", "worker"),
                    new Table("tokens", "name"),
                    new Table("secrets", "name"),
                    new Table("purged", "end_order"),
                    new Table("misfits", "id"),
                    new Table("schedules", "id"),
                    new Table("deleted_schedules", "place"),
                    new Table(EVENTS, "job, seq"),
                    new Table(JOBS, "id"),
                    new Table("job_labels", "key, value, arrival"),
                    new Table(BLOB_REFERENCES, "blob, job"));

    private Table(String name, String order) {
        this(name, "*", order);
    }

    String select() {
        return "SELECT " + columns + " FROM " + name + " ORDER BY " + order;
    }

    /** An engine may do without a table that another one needs. */
    boolean isIn(Connection connection) throws SQLException {
        String[] kinds = {"TABLE"};
        try (ResultSet found = connection.getMetaData().getTables(null, null, name, kinds)) {
            return found.next();
        }
    }
}
