package dev.orrery.store.sqlite;

import dev.orrery.model.BlobId;
import dev.orrery.model.CapturedLog;
import dev.orrery.model.Content;
import dev.orrery.model.JobId;
import dev.orrery.model.JobSpec;
import dev.orrery.model.StoredFile;
import dev.orrery.protocol.DurableEvent;
import dev.orrery.protocol.IdempotencyKey;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.LoadedState;

import org.jspecify.annotations.Nullable;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What the events of a journal mean for the tables.
 *
 * <p>It is first folded in memory, so that a job or a namespace that many of the events touch is
 * written once.
 */
final class Projection {

    private static final String EVENTS =
            "INSERT INTO events (job, seq, run) VALUES (?, ?, ?) ON CONFLICT DO NOTHING";
    private static final String MISFIT =
            "INSERT INTO misfits (job, last_seq, run) VALUES (?, ?, ?)";
    private static final String PURGED =
            "INSERT INTO purged (end_order, job, number) SELECT end_order, id, number FROM jobs"
                    + " WHERE id = ? AND end_order > ?";
    private static final String LABEL =
            "INSERT INTO job_labels (key, value, arrival, job) VALUES (?, ?, ?, ?)"
                    + " ON CONFLICT DO NOTHING";
    private static final String NUMBER =
            "INSERT INTO numbers (namespace, last) VALUES (?, ?) ON CONFLICT (namespace)"
                    + " DO UPDATE SET last = excluded.last WHERE excluded.last > numbers.last";
    private static final String SUBMISSION =
            "INSERT INTO submissions (namespace, key, body_hash, job, number, at)"
                    + " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (namespace, key) DO UPDATE SET"
                    + " body_hash = excluded.body_hash, job = excluded.job,"
                    + " number = excluded.number, at = excluded.at";
    private static final String BLOB =
            "INSERT INTO blob_references (blob, job) VALUES (?, ?) ON CONFLICT DO NOTHING";
    private static final String DRAIN =
            "INSERT INTO draining (worker) VALUES (?) ON CONFLICT DO NOTHING";

    private final Session session;
    private final Rows rows = new Rows();
    private final Map<JobId, JobChange> jobs = new LinkedHashMap<>();
    private final Map<String, Long> numbers = new TreeMap<>();
    private final Map<Integer, String> updates = new HashMap<>();
    private long lastArrival;
    private long lastEnd;
    private int misfits;

    /**
     * How far the tables are.
     *
     * @param arrival of the latest job
     * @param end the place of the latest end
     */
    record Reach(long arrival, long end) {

        /** As the tables say. */
        static Reach read(Session session) throws SQLException {
            return new Reach(
                    session.number("SELECT coalesce(max(arrival), 0) FROM jobs"),
                    Math.max(
                            session.number("SELECT coalesce(max(end_order), 0) FROM jobs"),
                            session.number("SELECT coalesce(max(end_order), 0) FROM purged")));
        }
    }

    /** A projection onto tables that are so far. */
    Projection(Session session, Reach reach) {
        this.session = session;
        this.lastArrival = reach.arrival();
        this.lastEnd = reach.end();
    }

    Reach reach() {
        return new Reach(lastArrival, lastEnd);
    }

    /** How many jobs had events that did not follow on what was there. */
    int misfits() {
        return misfits;
    }

    /** Writes the events into the open transaction. */
    void write(List<Journal.Framed> events) throws SQLException {
        for (Journal.Framed framed : events) {
            switch (framed.event()) {
                case JobEvent change -> take(change, framed.frame());
                case DurableEvent.WorkerDrainSet drain -> setDrain(drain);
                case DurableEvent.JobsPurged purged -> purge(purged.jobs());
            }
        }
        flush();
    }

    private void take(JobEvent event, byte[] frame) {
        JobChange change = jobs.computeIfAbsent(event.job(), JobChange::new);
        byte[] job = change.id();
        if (event.change() instanceof JobEvent.Submitted submitted) {
            lastArrival = Math.max(lastArrival + 1, Values.ofInstant(event.at()));
            change.begin(event, submitted, lastArrival);
            takeSubmission(event, submitted, job);
        }
        change.apply(event, frame);
        if (event.status().isTerminal()) {
            lastEnd++;
            change.endAs(lastEnd);
        }
        takeBlobs(event, job);
    }

    private void takeSubmission(JobEvent event, JobEvent.Submitted submitted, byte[] job) {
        JobSpec spec = submitted.spec();
        String namespace = spec.namespace().name();
        numbers.merge(namespace, submitted.number(), Math::max);
        spec.labels().forEach((key, value) -> rows.add(LABEL, key, value, lastArrival, job));
        if (submitted.idempotencyKey().isPresent()) {
            IdempotencyKey key = submitted.idempotencyKey().get();
            rows.add(
                    SUBMISSION,
                    namespace,
                    key.key(),
                    key.bodyHash(),
                    job,
                    submitted.number(),
                    Values.ofInstant(event.at()));
        }
    }

    private void takeBlobs(JobEvent event, byte[] job) {
        switch (event.change()) {
            case JobEvent.Submitted submitted -> takeFiles(submitted.spec().inputs(), job);
            case JobEvent.Retried retried -> takeFiles(retried.spec().inputs(), job);
            case JobEvent.AttemptEnded ended -> {
                takeFiles(ended.result().outputs(), job);
                takeLog(ended.result().stdout(), job);
                takeLog(ended.result().stderr(), job);
            }
            case JobEvent.Released released -> {}
            case JobEvent.Assigned assigned -> {}
            case JobEvent.Unassigned unassigned -> {}
            case JobEvent.Started started -> {}
            case JobEvent.CancelRequested requested -> {}
            case JobEvent.Ended ended -> {}
        }
    }

    private void takeFiles(List<StoredFile> files, byte[] job) {
        for (StoredFile file : files) {
            takeContent(file.content(), job);
        }
    }

    private void takeLog(CapturedLog log, byte[] job) {
        takeContent(log.content(), job);
    }

    private void takeContent(Content content, byte[] job) {
        if (content instanceof Content.Stored(BlobId blob)) {
            rows.add(BLOB, blob.sha256(), job);
        }
    }

    private void setDrain(DurableEvent.WorkerDrainSet drain) throws SQLException {
        if (drain.draining()) {
            rows.add(DRAIN, drain.worker().name());
            flush();
        } else {
            flush();
            session.update("DELETE FROM draining WHERE worker = ?", drain.worker().name());
        }
    }

    private void purge(List<JobId> purged) throws SQLException {
        flush();
        for (JobId id : purged) {
            byte[] job = Values.ofJob(id);
            session.update(PURGED, job, lastEnd - LoadedState.ENDED_MAX);
            purgeLabels(job);
            session.update("DELETE FROM blob_references WHERE job = ?", job);
            session.update("DELETE FROM events WHERE job = ?", job);
            session.update("DELETE FROM jobs WHERE id = ?", job);
        }
        session.update("DELETE FROM purged WHERE end_order <= ?", lastEnd - LoadedState.ENDED_MAX);
    }

    private void purgeLabels(byte[] job) throws SQLException {
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

    private void flush() throws SQLException {
        Map<String, List<JobChange>> changes = new LinkedHashMap<>();
        for (JobChange change : jobs.values()) {
            String sql =
                    change.isNew()
                            ? JobColumn.INSERT
                            : updates.computeIfAbsent(change.mask(), JobColumn::update);
            changes.computeIfAbsent(sql, first -> new ArrayList<>()).add(change);
        }
        jobs.clear();
        List<JobChange> fitting = new ArrayList<>();
        for (Map.Entry<String, List<JobChange>> group : changes.entrySet()) {
            fitting.addAll(write(group.getKey(), group.getValue(), JobChange::parameters));
        }
        write(EVENTS, fitting, JobChange::runParameters);
        numbers.forEach((namespace, last) -> rows.add(NUMBER, namespace, last));
        numbers.clear();
        rows.write(session);
    }

    /**
     * Writes a row for each change and gives those for which there was a place.
     *
     * <p>What does not fit, such as an event of a job that is not there, is a bug of whoever
     * decided it. It is durable by now, and refusing it would close the store for good: it is kept
     * aside and reported.
     */
    private List<JobChange> write(
            String sql, List<JobChange> changes, Function<JobChange, @Nullable Object[]> parameters)
            throws SQLException {
        int[] changed = session.batch(sql, changes.stream().map(parameters).toList());
        List<JobChange> fitting = new ArrayList<>(changes.size());
        for (int i = 0; i < changed.length; i++) {
            if (changed[i] == 1) {
                fitting.add(changes.get(i));
            } else {
                misfits++;
                rows.add(MISFIT, changes.get(i).runParameters());
            }
        }
        return fitting;
    }
}
