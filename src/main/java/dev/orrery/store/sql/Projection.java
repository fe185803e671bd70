package dev.orrery.store.sql;

import static dev.orrery.store.sql.Bulk.Column.bytes;
import static dev.orrery.store.sql.Bulk.Column.text;
import static dev.orrery.store.sql.Bulk.Column.whole;

import dev.orrery.model.BlobId;
import dev.orrery.model.CapturedLog;
import dev.orrery.model.Content;
import dev.orrery.model.JobId;
import dev.orrery.model.JobSpec;
import dev.orrery.model.StoredFile;
import dev.orrery.model.schedule.ScheduleChange;
import dev.orrery.protocol.DurableEvent;
import dev.orrery.protocol.IdempotencyKey;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.LoadedState;
import dev.orrery.store.StoreException;
import dev.orrery.store.sql.schedule.ScheduleTable;

import org.jspecify.annotations.Nullable;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * What durable events mean for the tables.
 *
 * <p>It is first folded in memory, so that a job or a namespace that many of the events touch is
 * written once.
 */
public final class Projection {

    private static final String NOTHING = "ON CONFLICT DO NOTHING";
    private static final Bulk EVENTS =
            Bulk.Insert.of("events", NOTHING, bytes("job"), whole("seq"), bytes("run"));
    private static final Bulk MISFIT =
            Bulk.Insert.of("misfits", "", bytes("job"), whole("last_seq"), bytes("run"));
    private static final Bulk LABEL =
            Bulk.Insert.of(
                    "job_labels",
                    NOTHING,
                    text("key"),
                    text("value"),
                    whole("arrival"),
                    bytes("job"));
    private static final Bulk NUMBER =
            Bulk.Insert.of(
                    "numbers",
                    "ON CONFLICT (namespace) DO UPDATE SET last = excluded.last"
                            + " WHERE excluded.last > numbers.last",
                    text("namespace"),
                    whole("last"));
    private static final Bulk SUBMISSION =
            Bulk.Insert.of(
                    "submissions",
                    "ON CONFLICT (namespace, key) DO UPDATE SET"
                            + " body_hash = excluded.body_hash, job = excluded.job,"
                            + " number = excluded.number, at = excluded.at",
                    text("namespace"),
                    text("key"),
                    text("body_hash"),
                    bytes("job"),
                    whole("number"),
                    whole("at"));
    private static final Bulk BLOB =
            Bulk.Insert.of("blob_references", NOTHING, text("blob"), bytes("job"));
    private static final Bulk DRAIN = Bulk.Insert.of("draining", NOTHING, text("worker"));

    private static final Map<JobChange.Kind, Bulk> UPDATES = new ConcurrentHashMap<>();

    private final Session session;
    private final Rows rows = new Rows();
    private final ScheduleTable schedules;
    private final Map<JobId, JobChange> jobs = new LinkedHashMap<>();
    private final Map<String, Long> numbers = new TreeMap<>();
    private final Map<List<String>, @Nullable Object[]> submissions = new LinkedHashMap<>();
    private long lastArrival;
    private long lastEnd;
    private int misfits;

    /**
     * How far the tables are.
     *
     * @param arrival of the latest job
     * @param end the place of the latest end
     */
    public record Reach(long arrival, long end) {

        /** As the tables say. */
        public static Reach read(Session session) throws SQLException {
            return new Reach(
                    session.number("SELECT coalesce(max(arrival), 0) FROM jobs"),
                    Math.max(
                            session.number("SELECT coalesce(max(end_order), 0) FROM jobs"),
                            session.number("SELECT coalesce(max(end_order), 0) FROM purged")));
        }
    }

    /** A projection onto tables that are so far. */
    public Projection(Session session, Reach reach) {
        this.session = session;
        this.schedules = new ScheduleTable(session);
        this.lastArrival = reach.arrival();
        this.lastEnd = reach.end();
    }

    /** How far the tables are now. */
    public Reach reach() {
        return new Reach(lastArrival, lastEnd);
    }

    /** How many jobs had events that did not follow on what was there. */
    public int misfits() {
        return misfits;
    }

    /** Writes the events into the open transaction. */
    public void write(List<Framed> events) throws SQLException, StoreException {
        for (Framed framed : events) {
            switch (framed.event()) {
                case JobEvent change -> take(change, framed.frame());
                case DurableEvent.WorkerDrainSet drain -> setDrain(drain);
                case DurableEvent.JobsPurged purged -> purge(purged.jobs());
                case DurableEvent.ScheduleChanged changed -> take(changed);
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
            submissions.put(
                    List.of(namespace, key.key()),
                    new @Nullable Object[] {
                        namespace,
                        key.key(),
                        key.bodyHash(),
                        job,
                        submitted.number(),
                        Values.ofInstant(event.at())
                    });
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

    private void setDrain(DurableEvent.WorkerDrainSet drain) throws SQLException, StoreException {
        if (drain.draining()) {
            rows.add(DRAIN, drain.worker().name());
            flush();
        } else {
            flush();
            session.update("DELETE FROM draining WHERE worker = ?", drain.worker().name());
        }
    }

    /** The files of a schedule's job stay for as long as there is the schedule. */
    private void take(DurableEvent.ScheduleChanged event) throws SQLException, StoreException {
        if (event.change() instanceof ScheduleChange.Created created) {
            JobId holder = new JobId(event.schedule().value());
            takeFiles(created.spec().job().inputs(), Values.ofJob(holder));
        } else if (event.change() instanceof ScheduleChange.Deleted) {
            flush();
        }
        if (!schedules.take(event)) {
            misfits++;
        }
    }

    private void purge(List<JobId> purged) throws SQLException, StoreException {
        flush();
        session.dialect().purge(session, purged, lastEnd - LoadedState.ENDED_MAX);
    }

    private void flush() throws SQLException, StoreException {
        Map<Bulk, List<JobChange>> changes = new LinkedHashMap<>();
        for (JobChange change : jobs.values()) {
            Bulk bulk =
                    change.isNew()
                            ? JobColumn.INSERT
                            : UPDATES.computeIfAbsent(
                                    change.kind(), it -> JobColumn.update(it.mask(), it.opens()));
            changes.computeIfAbsent(bulk, first -> new ArrayList<>()).add(change);
        }
        jobs.clear();
        List<JobChange> fitting = new ArrayList<>();
        for (Map.Entry<Bulk, List<JobChange>> group : changes.entrySet()) {
            fitting.addAll(write(group.getKey(), group.getValue(), JobChange::parameters));
        }
        write(EVENTS, fitting, JobChange::runParameters);
        numbers.forEach((namespace, last) -> rows.add(NUMBER, namespace, last));
        numbers.clear();
        submissions.values().forEach(row -> rows.add(SUBMISSION, row));
        submissions.clear();
        schedules.flush();
        rows.write(session);
    }

    /**
     * Writes a row for each change and gives those for which there was a place.
     *
     * <p>What does not fit, such as an event of a job that is not there, is a bug of whoever
     * decided it. Where it is durable by now, refusing it would close the store for good: it is
     * kept aside and reported.
     */
    private List<JobChange> write(
            Bulk bulk, List<JobChange> changes, Function<JobChange, @Nullable Object[]> parameters)
            throws SQLException, StoreException {
        int[] changed = session.fit(bulk, changes.stream().map(parameters).toList());
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
