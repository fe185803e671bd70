package dev.orrery.store.backup;

import java.util.List;

/**
 * A table that a backup holds, with the order in which its rows are read.
 *
 * <p>Not among them are what a running cluster makes anew, what the schema has of itself, and
 * SQLite's journal, which is empty in every snapshot.
 */
record Table(String name, String order) {

    static final String EVENTS = "events";
    static final String JOBS = "jobs";
    static final String BLOB_REFERENCES = "blob_references";
    static final String LEADER = "leader";

    static final List<Table> ALL =
            List.of(
                    new Table(LEADER, "id"),
                    new Table("numbers", "namespace"),
                    new Table("submissions", "namespace, key"),
                    new Table("draining", "worker"),
                    new Table("tokens", "name"),
                    new Table("secrets", "name"),
                    new Table("purged", "end_order"),
                    new Table("misfits", "id"),
                    new Table(EVENTS, "job, seq"),
                    new Table(JOBS, "id"),
                    new Table("job_labels", "key, value, arrival"),
                    new Table(BLOB_REFERENCES, "blob, job"));

    String select() {
        return "SELECT * FROM " + name + " ORDER BY " + order;
    }
}
