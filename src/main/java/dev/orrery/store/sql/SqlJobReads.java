package dev.orrery.store.sql;

import dev.orrery.model.BlobId;
import dev.orrery.model.JobId;
import dev.orrery.model.Namespace;
import dev.orrery.model.TaskStatus;
import dev.orrery.protocol.JobEvent;
import dev.orrery.store.JobReads;
import dev.orrery.store.StoreException;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/**
 * Reads of the tables, each a statement of its own on a connection of the pool, after the tables
 * were brought up to date.
 */
public final class SqlJobReads implements JobReads {

    /** Keeps one page small against the heap. */
    private static final int PAGE_ROWS_MAX = 1_000;

    /** Of one question; a shelf has as many now and then. */
    private static final int KEYS_MAX = 200;

    private static final String ID_DIGITS = "[0-9a-f]*";

    private final Reads reads;
    private final Lag lag;
    private final EventFrames frames;

    /** Reads of tables that may lag behind the commits. */
    public SqlJobReads(Reads reads, Lag lag, EventFrames frames) {
        this.reads = reads;
        this.lag = lag;
        this.frames = frames;
    }

    @Override
    public Optional<JobRow> job(JobId job) throws StoreException {
        Optional<JobRow> found = read(job);
        if (found.isPresent()) {
            return found;
        }
        // What a client was promised is not said to be missing while there is no space to show it.
        lag.end();
        return read(job);
    }

    private Optional<JobRow> read(JobId job) throws StoreException {
        String sql = "SELECT " + JobRows.COLUMNS + " FROM jobs j WHERE j.id = ?";
        return select(sql, List.of(Values.ofJob(job)), JobRows::read).stream().findFirst();
    }

    @Override
    public List<JobId> known(List<JobId> jobs) throws StoreException {
        // Strictly: what a job has is removed when it is not found.
        lag.end();
        return among(
                "SELECT id FROM jobs WHERE id IN ",
                jobs.stream().map(Values::ofJob).toList(),
                row -> Values.toJob(row.getBytes(1)));
    }

    @Override
    public List<JobEvent> events(JobId job, long after, int limit) throws StoreException {
        lag.endWherePossible();
        return reads.read(session -> readEvents(session, job, after, limit));
    }

    @Override
    public Page list(Query query) throws StoreException {
        if (query.limit() < 1 || query.limit() > PAGE_ROWS_MAX) {
            throw new IllegalArgumentException(
                    "a page has 1 to " + PAGE_ROWS_MAX + " rows: " + query.limit());
        }
        lag.endWherePossible();
        List<Placed> found = reads.read(session -> list(session, query));
        List<Placed> page = found.subList(0, Math.min(found.size(), query.limit()));
        Optional<String> next =
                found.size() > page.size()
                        ? Optional.of(page.getLast().cursor().toString())
                        : Optional.empty();
        return new Page(page.stream().map(Placed::row).toList(), next);
    }

    private static List<Placed> list(Session session, Query query) throws SQLException {
        ListQuery list = new ListQuery(query, session.dialect());
        return session.select(
                list.sql(),
                list.parameters(),
                row -> new Placed(JobRows.read(row), new ListQuery.Cursor(row.getLong("arrival"))));
    }

    @Override
    public List<JobId> withPrefix(Optional<Namespace> namespace, String prefix, int limit)
            throws StoreException {
        Optional<String> digits = digitsOf(prefix.toLowerCase(Locale.ROOT));
        if (digits.isEmpty()) {
            return List.of();
        }
        List<Object> parameters = new ArrayList<>();
        parameters.add(boundOf(digits.get(), '0'));
        parameters.add(boundOf(digits.get(), 'f'));
        namespace.ifPresent(wanted -> parameters.add(wanted.name()));
        parameters.add(limit);
        return select(
                "SELECT id FROM jobs WHERE id BETWEEN ? AND ?"
                        + (namespace.isPresent() ? " AND namespace = ?" : "")
                        + " ORDER BY id LIMIT ?",
                parameters,
                row -> Values.toJob(row.getBytes(1)));
    }

    @Override
    public List<JobId> pastRetention(Instant now, int limit) throws StoreException {
        return select(
                "SELECT id FROM jobs WHERE ended_at IS NOT NULL AND ended_at + retention <= ?"
                        + " ORDER BY ended_at + retention LIMIT ?",
                List.of(Values.ofInstant(now), limit),
                row -> Values.toJob(row.getBytes(1)));
    }

    @Override
    public List<BlobId> blobsOf(List<JobId> jobs) throws StoreException {
        TreeSet<String> blobs = new TreeSet<>();
        for (JobId job : jobs) {
            blobs.addAll(
                    select(
                            "SELECT blob FROM blob_references WHERE job = ?",
                            List.of(Values.ofJob(job)),
                            row -> row.getString(1)));
        }
        return blobs.stream().map(BlobId::new).toList();
    }

    @Override
    public boolean isReferenced(BlobId blob) throws StoreException {
        // Strictly: a reference that waits in the journal must not be missed.
        lag.end();
        String sql = "SELECT 1 FROM blob_references WHERE blob = ? LIMIT 1";
        return !select(sql, List.of(blob.sha256()), row -> row.getInt(1)).isEmpty();
    }

    @Override
    public List<BlobId> referenced(List<BlobId> blobs) throws StoreException {
        lag.endWherePossible();
        return among(
                "SELECT DISTINCT blob FROM blob_references WHERE blob IN ",
                blobs.stream().map(BlobId::sha256).toList(),
                row -> new BlobId(row.getString(1)));
    }

    @Override
    public boolean isReferenced(BlobId blob, JobId by) throws StoreException {
        if (hasReference(blob, by)) {
            return true;
        }
        lag.end();
        return hasReference(blob, by);
    }

    private boolean hasReference(BlobId blob, JobId by) throws StoreException {
        String sql = "SELECT 1 FROM blob_references WHERE blob = ? AND job = ?";
        List<Object> parameters = List.of(blob.sha256(), Values.ofJob(by));
        return !select(sql, parameters, row -> row.getInt(1)).isEmpty();
    }

    @Override
    public SortedMap<TaskStatus, Long> counts(Optional<Namespace> namespace) throws StoreException {
        SortedMap<TaskStatus, Long> counts = new TreeMap<>();
        for (TaskStatus status : TaskStatus.values()) {
            counts.put(status, 0L);
        }
        String of = namespace.isPresent() ? " WHERE namespace = ?" : "";
        select(
                "SELECT status, count(*) FROM jobs" + of + " GROUP BY status",
                namespace.<List<Object>>map(wanted -> List.of(wanted.name())).orElse(List.of()),
                row -> counts.put(Values.toStatus(row.getInt(1)), row.getLong(2)));
        return Collections.unmodifiableSortedMap(counts);
    }

    /** A run stands under the number of its last event, so the first one may begin too early. */
    private List<JobEvent> readEvents(Session session, JobId job, long after, int limit)
            throws SQLException, StoreException {
        PreparedStatement select =
                session.bind(
                        "SELECT run FROM events WHERE job = ? AND seq > ? ORDER BY seq",
                        Values.ofJob(job),
                        after);
        List<JobEvent> events = new ArrayList<>();
        try (ResultSet row = select.executeQuery()) {
            while (events.size() < limit && row.next()) {
                List<JobEvent> run = new ArrayList<>();
                frames.decodeJob(row.getBytes(1), run);
                run.stream().filter(event -> event.seq() > after).forEach(events::add);
            }
        }
        return List.copyOf(events.subList(0, Math.min(limit, events.size())));
    }

    /** One text of a statement for any number of keys: the last one fills up. */
    private <T> List<T> among(String sql, List<?> keys, Session.Row<T> row) throws StoreException {
        List<T> found = new ArrayList<>();
        String text = sql + "(" + String.join(", ", Collections.nCopies(KEYS_MAX, "?")) + ")";
        for (int from = 0; from < keys.size(); from += KEYS_MAX) {
            List<Object> part =
                    new ArrayList<>(keys.subList(from, Math.min(from + KEYS_MAX, keys.size())));
            part.addAll(Collections.nCopies(KEYS_MAX - part.size(), part.getLast()));
            found.addAll(reads.read(session -> session.select(text, part, row)));
        }
        return found;
    }

    private <T> List<T> select(String sql, List<?> parameters, Session.Row<T> row)
            throws StoreException {
        lag.endWherePossible();
        return reads.read(session -> session.select(sql, parameters, row));
    }

    /** The digits of a canonical id's beginning, when it can be one. */
    private static Optional<String> digitsOf(String prefix) {
        String digits = prefix.replace("-", "");
        boolean canonical =
                digits.length() <= 32
                        && digits.matches(ID_DIGITS)
                        && textOf(digits + "0".repeat(32 - digits.length())).startsWith(prefix);
        return canonical ? Optional.of(digits) : Optional.empty();
    }

    private static byte[] boundOf(String digits, char filler) {
        String all = digits + String.valueOf(filler).repeat(32 - digits.length());
        return Values.ofJob(new JobId(UUID.fromString(textOf(all))));
    }

    private static String textOf(String digits) {
        return String.join(
                "-",
                digits.substring(0, 8),
                digits.substring(8, 12),
                digits.substring(12, 16),
                digits.substring(16, 20),
                digits.substring(20));
    }

    private record Placed(JobRow row, ListQuery.Cursor cursor) {}

    /** What was committed and is not in the tables yet. */
    public interface Lag {

        /** An engine that writes the tables in the commit. */
        Lag NONE =
                new Lag() {
                    @Override
                    public void end() {
                        // Nothing lags.
                    }

                    @Override
                    public void endWherePossible() {
                        // Nothing lags.
                    }
                };

        /** Makes the tables show everything that was committed. */
        void end() throws StoreException;

        /** As {@code end}, but goes on with what the tables show when there is no space. */
        void endWherePossible() throws StoreException;
    }
}
