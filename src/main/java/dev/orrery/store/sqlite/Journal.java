package dev.orrery.store.sqlite;

import dev.orrery.model.JobId;
import dev.orrery.protocol.DurableEvent;
import dev.orrery.store.StoreException;
import dev.orrery.store.StoreException.Kind;
import dev.orrery.store.sql.BatchOrder;
import dev.orrery.store.sql.EventFrames;
import dev.orrery.store.sql.Framed;
import dev.orrery.store.sql.Projection;
import dev.orrery.store.sql.Session;
import dev.orrery.store.sql.SqlJobReads;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The batches that are durable and not yet in the tables of events and jobs.
 *
 * <p>A commit writes its batch as one row of the journal: that is all its durability needs, and
 * costs little more than an append to a file. The rows that reads want are made later, in the
 * transaction that empties the journal: before the next read, when much has gathered, or after a
 * moment. A job that came, ran and ended in the meantime is then written once instead of three
 * times. After a crash the journal is still there and is emptied at the next start.
 */
final class Journal implements SqlJobReads.Lag, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);

    /** Under a tenth of a second of work; less gathers fewer events of the same job. */
    private static final int EVENTS_MAX = 4_096;

    private static final long BYTES_MAX = 4L * 1024 * 1024;

    /** Short, because reads go on without what is in the journal when the disk becomes full. */
    private static final Duration PAUSE = Duration.ofMillis(200);

    /** Past this many times the bounds a journal that cannot be emptied takes nothing more. */
    private static final int FULL_FACTOR = 8;

    private final Writer writer;
    private final EventFrames frames;

    private final ScheduledExecutorService background =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("store-journal").factory());
    private final AtomicBoolean scheduled = new AtomicBoolean();

    /** Guarded by the writer's transactions, as are the next three. */
    private final Succession succession = new Succession();

    private final List<Framed> pending = new ArrayList<>();

    private long pendingBytes;
    private Projection.Reach reach = new Projection.Reach(0, 0);
    private volatile boolean empty = true;
    private volatile boolean stuck;

    /** Some events did not fit the tables, so whoever decided them knows another history. */
    private volatile boolean diverged;

    Journal(Writer writer, EventFrames frames) {
        this.writer = writer;
        this.frames = frames;
    }

    /** Takes up what an earlier process left. */
    void recover() throws StoreException {
        writer.transact(session -> {
            reach = Projection.Reach.read(session);
            List<byte[]> runs =
                    session.select(
                            "SELECT events FROM journal ORDER BY id",
                            List.of(),
                            row -> row.getBytes(1));
            for (byte[] run : runs) {
                frames.framed(run).forEach(this::remember);
            }
            return true;
        });
        empty();
        writer.transact(session -> {
            succession.read(session);
            return true;
        });
    }

    /** Writes a batch, durably. */
    void append(long epoch, List<DurableEvent> events) throws StoreException {
        List<Framed> batch = Framed.of(events);
        byte[] run = EventFrames.concatenate(batch.stream().map(Framed::frame).toList());
        writer.transact(
                session -> {
                    refuseUnlessLeading(session, epoch);
                    refuseWhenOver(FULL_FACTOR);
                    refuseWhenDiverged();
                    Map<JobId, BatchOrder.Last> reached = succession.check(session, events);
                    session.update("INSERT INTO journal (events) VALUES (?)", run);
                    writer.wrote(run.length);
                    return reached;
                },
                reached -> {
                    batch.forEach(this::remember);
                    succession.took(events, reached);
                });
        if (isOver(1)) {
            emptyUnlessFull();
        } else if (scheduled.compareAndSet(false, true)) {
            // It reports its own faults, so that nobody has to look at the future.
            var _ =
                    background.schedule(
                            this::emptyInBackground, PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void end() throws StoreException {
        empty();
    }

    /** A full disk leaves the tables behind, which is said once. */
    @Override
    public void endWherePossible() throws StoreException {
        emptyUnlessFull();
    }

    private void empty() throws StoreException {
        if (empty) {
            return;
        }
        writer.transact(
                session -> {
                    Projection projection = new Projection(session, reach);
                    if (!empty) {
                        projection.write(pending);
                        session.update("DELETE FROM journal");
                        writer.wrote(pendingBytes);
                    }
                    return projection;
                },
                done -> {
                    reach = done.reach();
                    reportMisfits(done.misfits());
                    succession.folded();
                    pending.clear();
                    pendingBytes = 0;
                    empty = true;
                    stuck = false;
                });
    }

    /** Does something while the tables show all that was committed, and before the next commit. */
    <T> T whileEmpty(Writer.Quiet<T> quiet) throws StoreException {
        return writer.exclude(() -> {
            empty();
            return quiet.get();
        });
    }

    private void emptyUnlessFull() throws StoreException {
        try {
            empty();
        } catch (StoreException e) {
            if (e.kind() != Kind.FULL) {
                throw e;
            }
            if (!stuck) {
                stuck = true;
                LOG.atWarn().setCause(e).log("the disk is full: reads lag behind the last commits");
            }
        }
    }

    /** Stops the thread, and leaves an empty journal where it can. */
    @Override
    public void close() {
        background.shutdownNow();
        emptyInBackground();
    }

    /** A fault is said here; whoever commits next meets it too. */
    private void emptyInBackground() {
        scheduled.set(false);
        try {
            emptyUnlessFull();
        } catch (StoreException e) {
            LOG.atError().setCause(e).log("the journal cannot be emptied");
        }
    }

    private void reportMisfits(int jobs) {
        if (jobs > 0) {
            diverged = true;
            LOG.atError()
                    .addKeyValue("jobs", jobs)
                    .log("events do not follow on those of their jobs: see the table misfits");
        }
    }

    /** Whoever loaded knows the history as it is. */
    void loaded() {
        diverged = false;
    }

    private void refuseWhenDiverged() throws StoreException {
        if (diverged) {
            throw new StoreException(
                    Kind.CONFLICT, "an earlier event did not follow on what is stored of its job");
        }
    }

    private void remember(Framed framed) {
        pending.add(framed);
        pendingBytes += framed.frame().length;
        empty = false;
    }

    private boolean isOver(int factor) {
        return pending.size() >= EVENTS_MAX * factor || pendingBytes >= BYTES_MAX * factor;
    }

    private void refuseWhenOver(int factor) throws StoreException {
        if (isOver(factor)) {
            throw new StoreException(Kind.FULL, "the journal cannot be emptied for want of space");
        }
    }

    private static void refuseUnlessLeading(Session session, long epoch)
            throws SQLException, StoreException {
        PreparedStatement check =
                session.prepare("SELECT 1 FROM leader WHERE id = 1 AND epoch = ?");
        check.setLong(1, epoch);
        try (ResultSet row = check.executeQuery()) {
            if (!row.next()) {
                throw new StoreException(Kind.FENCED, "epoch " + epoch + " does not lead any more");
            }
        }
    }
}
