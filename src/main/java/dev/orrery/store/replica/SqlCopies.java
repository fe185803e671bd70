package dev.orrery.store.replica;

import dev.orrery.model.BlobId;
import dev.orrery.model.JobId;
import dev.orrery.store.Copies;
import dev.orrery.store.StoreException;
import dev.orrery.store.sql.Reads;
import dev.orrery.store.sql.Session;
import dev.orrery.store.sql.Values;
import dev.orrery.store.sql.Writes;

import org.jspecify.annotations.Nullable;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Who holds which bytes, as rows of a PostgreSQL. */
public final class SqlCopies implements Copies {

    private final Writes writes;
    private final Reads reads;

    /** Rows that are written by the one and read by the other. */
    public SqlCopies(Writes writes, Reads reads) {
        this.writes = writes;
        this.reads = reads;
    }

    @Override
    public void add(BlobId blob, List<String> masters) throws StoreException {
        add(Table.BLOBS, blob.sha256(), masters);
    }

    @Override
    public List<String> of(BlobId blob) throws StoreException {
        return of(Table.BLOBS, blob.sha256());
    }

    @Override
    public void remove(BlobId blob, String master) throws StoreException {
        remove(Table.BLOBS, List.of(blob.sha256()), master);
    }

    @Override
    public void addLogs(JobId job, List<String> masters) throws StoreException {
        add(Table.LOGS, Values.ofJob(job), masters);
    }

    @Override
    public List<String> ofLogs(JobId job) throws StoreException {
        return of(Table.LOGS, Values.ofJob(job));
    }

    @Override
    public void removeLogs(List<JobId> jobs, String master) throws StoreException {
        remove(Table.LOGS, jobs.stream().map(Values::ofJob).toList(), master);
    }

    @Override
    public List<BlobId> scarce(Scarcity question, Optional<BlobId> after) throws StoreException {
        Object from = after.map(BlobId::sha256).orElse("");
        return scarce(Table.BLOBS, question, from, row -> new BlobId(row.getString(1)));
    }

    @Override
    public List<JobId> scarceLogs(Scarcity question, Optional<JobId> after) throws StoreException {
        Object from = after.map(Values::ofJob).orElse(new byte[0]);
        return scarce(Table.LOGS, question, from, row -> Values.toJob(row.getBytes(1)));
    }

    @Override
    public void forget(Duration addedBefore) throws StoreException {
        long millis = addedBefore.toMillis();
        writes.transact(session ->
                session.update(Table.BLOBS.forget, millis)
                        + session.update(Table.LOGS.forget, millis));
    }

    private void add(Table table, Object key, List<String> masters) throws StoreException {
        List<@Nullable Object[]> rows = new ArrayList<>();
        for (String master : masters.stream().sorted().toList()) {
            rows.add(new Object[] {key, master});
        }
        writes.transact(session -> session.batch(table.add, rows));
    }

    private List<String> of(Table table, Object key) throws StoreException {
        return reads.read(
                session -> session.select(table.holders, List.of(key), row -> row.getString(1)));
    }

    private void remove(Table table, List<?> keys, String master) throws StoreException {
        List<@Nullable Object[]> rows = new ArrayList<>();
        for (Object key : keys) {
            rows.add(new Object[] {key, master});
        }
        writes.transact(session -> session.batch(table.remove, rows));
    }

    private <K> List<K> scarce(Table table, Scarcity question, Object from, Session.Row<K> key)
            throws StoreException {
        return reads.read(session ->
                session.select(
                        table.scarce,
                        List.of(
                                question.holder(),
                                from,
                                texts(session, question.living()),
                                question.min(),
                                question.limit()),
                        key));
    }

    private static Object texts(Session session, List<String> texts) throws SQLException {
        return session.connection().createArrayOf("text", texts.toArray());
    }

    /** One of the two tables, which differ in what they are about. */
    private enum Table {
        BLOBS("blob_copies", "blob", "blob_references r WHERE r.blob = c.blob"),
        LOGS("log_copies", "job", "jobs j WHERE j.id = c.job");

        private final String add;
        private final String holders;
        private final String remove;
        private final String scarce;
        private final String forget;

        Table(String name, String key, String need) {
            add =
                    "INSERT INTO %1$s (%2$s, master, added_at) VALUES (?, ?, clock_timestamp())"
                                    .formatted(name, key)
                            + " ON CONFLICT (%s, master) DO UPDATE".formatted(key)
                            + " SET added_at = excluded.added_at";
            holders = "SELECT master FROM %s WHERE %s = ? ORDER BY master".formatted(name, key);
            remove = "DELETE FROM %s WHERE %s = ? AND master = ?".formatted(name, key);
            scarce =
                    "SELECT c.%2$s FROM %1$s c WHERE c.master = ? AND c.%2$s > ? AND"
                                    .formatted(name, key)
                            + " (SELECT count(*) FROM %1$s o WHERE o.%2$s = c.%2$s"
                                    .formatted(name, key)
                            + " AND o.master = ANY (?)) < ? ORDER BY c.%s LIMIT ?".formatted(key);
            forget =
                    "DELETE FROM %s c WHERE c.added_at < clock_timestamp()".formatted(name)
                            + " - ? * interval '1 millisecond'"
                            + " AND NOT EXISTS (SELECT 1 FROM %s)".formatted(need);
        }
    }
}
