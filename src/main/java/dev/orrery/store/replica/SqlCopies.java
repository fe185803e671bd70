package dev.orrery.store.replica;

import dev.orrery.model.BlobId;
import dev.orrery.model.CapturedLog.Stream;
import dev.orrery.model.JobId;
import dev.orrery.store.Copies;
import dev.orrery.store.FileLogFiles;
import dev.orrery.store.LogFiles;
import dev.orrery.store.LogFiles.Log;
import dev.orrery.store.StoreException;
import dev.orrery.store.sql.Reads;
import dev.orrery.store.sql.Session;
import dev.orrery.store.sql.Values;
import dev.orrery.store.sql.Writes;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Who holds which bytes, as rows of a PostgreSQL. */
public final class SqlCopies implements Copies {

    private static final String ADD_REFERENCED =
            "INSERT INTO blob_copies (blob, master, added_at)"
                    + " SELECT DISTINCT blob, ?, clock_timestamp() FROM blob_references"
                    + " ON CONFLICT (blob, master) DO NOTHING";
    private static final String OF_JOB =
            "SELECT job, attempt, stream, master FROM log_copies WHERE job = ? ORDER BY master";
    private static final String REMOVE_JOB = "DELETE FROM log_copies WHERE job = ? AND master = ?";

    private static final List<Object> BEFORE_ALL_OUTPUT = List.of(new byte[0], 0, 0);

    private final Writes writes;
    private final Reads reads;

    /** Rows that are written by the one and read by the other. */
    public SqlCopies(Writes writes, Reads reads) {
        this.writes = writes;
        this.reads = reads;
    }

    /**
     * The master holds all blobs that jobs need, and these logs; in the transaction of the caller.
     */
    public static void addAll(Session session, String master, FileLogFiles logs)
            throws SQLException, IOException {
        session.update(ADD_REFERENCED, master);
        for (int shelf = 0; shelf < LogFiles.SHELVES; shelf++) {
            List<@Nullable Object[]> rows = new ArrayList<>();
            for (JobId job : logs.on(shelf)) {
                for (Log log : logs.of(job)) {
                    rows.add(row(keys(Output.of(log)), master));
                }
            }
            session.batch(Table.LOGS.add, rows);
        }
    }

    @Override
    public void add(BlobId blob, List<String> masters) throws StoreException {
        add(Table.BLOBS, keys(blob), masters);
    }

    @Override
    public List<String> of(BlobId blob) throws StoreException {
        return of(Table.BLOBS, keys(blob));
    }

    @Override
    public void remove(BlobId blob, String master) throws StoreException {
        remove(Table.BLOBS, keys(blob), master);
    }

    @Override
    public void addLogs(Output output, List<String> masters) throws StoreException {
        add(Table.LOGS, keys(output), masters);
    }

    @Override
    public List<String> ofLogs(Output output) throws StoreException {
        return of(Table.LOGS, keys(output));
    }

    @Override
    public SortedMap<Output, List<String>> ofJob(JobId job) throws StoreException {
        SortedMap<Output, List<String>> found = new TreeMap<>();
        reads.read(session ->
                session.select(
                        OF_JOB,
                        List.of(Values.ofJob(job)),
                        row ->
                                found.computeIfAbsent(output(row), _ -> new ArrayList<>())
                                        .add(row.getString(4))));
        return found;
    }

    @Override
    public void removeLogs(Output output, String master) throws StoreException {
        remove(Table.LOGS, keys(output), master);
    }

    @Override
    public void removeLogs(List<JobId> jobs, String master) throws StoreException {
        List<@Nullable Object[]> rows = new ArrayList<>();
        for (JobId job : jobs) {
            rows.add(new Object[] {Values.ofJob(job), master});
        }
        writes.transact(session -> session.batch(REMOVE_JOB, rows));
    }

    @Override
    public Scarce<BlobId> scarce(Scarcity question, Optional<BlobId> after) throws StoreException {
        List<Object> from = after.map(SqlCopies::keys).orElse(List.of(""));
        return scarce(Table.BLOBS, question, from, row -> new BlobId(row.getString(1)));
    }

    @Override
    public Scarce<Output> scarceLogs(Scarcity question, Optional<Output> after)
            throws StoreException {
        List<Object> from = after.map(SqlCopies::keys).orElse(BEFORE_ALL_OUTPUT);
        return scarce(Table.LOGS, question, from, SqlCopies::output);
    }

    @Override
    public void forget(Duration addedBefore) throws StoreException {
        long millis = addedBefore.toMillis();
        writes.transact(session ->
                session.update(Table.BLOBS.forget, millis)
                        + session.update(Table.LOGS.forget, millis));
    }

    private static List<Object> keys(BlobId blob) {
        return List.of(blob.sha256());
    }

    private static List<Object> keys(Output output) {
        int stream =
                switch (output.stream()) {
                    case STDOUT -> 0;
                    case STDERR -> 1;
                };
        return List.of(Values.ofJob(output.job()), output.attempt(), stream);
    }

    private static Output output(ResultSet row) throws SQLException {
        return new Output(
                Values.toJob(row.getBytes(1)),
                row.getInt(2),
                row.getInt(3) == 0 ? Stream.STDOUT : Stream.STDERR);
    }

    private static @Nullable Object[] row(List<Object> keys, String master) {
        List<Object> values = new ArrayList<>(keys);
        values.add(master);
        return values.toArray();
    }

    private void add(Table table, List<Object> keys, List<String> masters) throws StoreException {
        List<@Nullable Object[]> rows = new ArrayList<>();
        for (String master : masters.stream().sorted().toList()) {
            rows.add(row(keys, master));
        }
        writes.transact(session -> session.batch(table.add, rows));
    }

    private List<String> of(Table table, List<Object> keys) throws StoreException {
        return reads.read(session -> session.select(table.holders, keys, row -> row.getString(1)));
    }

    private void remove(Table table, List<Object> keys, String master) throws StoreException {
        writes.transact(session -> session.update(table.remove, row(keys, master)));
    }

    private <K> Scarce<K> scarce(
            Table table, Scarcity question, List<Object> from, Session.Row<K> key)
            throws StoreException {
        List<Seen<K>> seen =
                reads.read(session -> {
                    List<Object> parameters = new ArrayList<>();
                    parameters.add(texts(session, question.living()));
                    parameters.add(question.min());
                    parameters.add(question.holder());
                    parameters.addAll(from);
                    parameters.add(question.limit());
                    return session.select(
                            table.scarce,
                            parameters,
                            row -> new Seen<>(key.read(row), row.getBoolean("scarce")));
                });
        Optional<K> next =
                seen.size() < question.limit()
                        ? Optional.empty()
                        : Optional.of(seen.getLast().key());
        return new Scarce<>(seen.stream().filter(Seen::scarce).map(Seen::key).toList(), next);
    }

    private static Object texts(Session session, List<String> texts) throws SQLException {
        return session.connection().createArrayOf("text", texts.toArray());
    }

    private record Seen<K>(K key, boolean scarce) {}

    /** One of the two tables, which differ in what they are about. */
    private enum Table {
        BLOBS("blob_copies", List.of("blob"), "blob_references r WHERE r.blob = c.blob"),
        LOGS("log_copies", List.of("job", "attempt", "stream"), "jobs j WHERE j.id = c.job");

        private final String add;
        private final String holders;
        private final String remove;
        private final String scarce;
        private final String forget;

        Table(String name, List<String> columns, String need) {
            String keys = String.join(", ", columns);
            String places = String.join(", ", columns.stream().map(_ -> "?").toList());
            String of = "(%s) = (%s)".formatted(keys, places);
            String same =
                    String.join(
                            " AND ",
                            columns.stream().map(it -> "o.%1$s = c.%1$s".formatted(it)).toList());
            add =
                    "INSERT INTO %s (%s, master, added_at)".formatted(name, keys)
                            + " VALUES (%s, ?, clock_timestamp())".formatted(places)
                            + " ON CONFLICT (%s, master) DO UPDATE".formatted(keys)
                            + " SET added_at = excluded.added_at";
            holders = "SELECT master FROM %s WHERE %s ORDER BY master".formatted(name, of);
            remove = "DELETE FROM %s WHERE %s AND master = ?".formatted(name, of);
            scarce =
                    "SELECT %s, (SELECT count(*) FROM %s o WHERE %s".formatted(keys, name, same)
                            + " AND o.master = ANY (?)) < ?"
                            + " AND EXISTS (SELECT 1 FROM %s) AS scarce".formatted(need)
                            + " FROM (SELECT %1$s FROM %2$s WHERE master = ?".formatted(keys, name)
                            + " AND (%1$s) > (%2$s) ORDER BY %1$s LIMIT ?) c"
                                    .formatted(keys, places)
                            + " ORDER BY "
                            + keys;
            forget =
                    "DELETE FROM %s c WHERE c.added_at < clock_timestamp()".formatted(name)
                            + " - ? * interval '1 millisecond'"
                            + " AND NOT EXISTS (SELECT 1 FROM %s)".formatted(need);
        }
    }
}
