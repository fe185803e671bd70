package dev.orrery.store.sqlite;

import dev.orrery.model.JobId;
import dev.orrery.protocol.DurableEvent;
import dev.orrery.protocol.JobEvent;
import dev.orrery.store.StoreException;
import dev.orrery.store.sql.BatchOrder;
import dev.orrery.store.sql.BatchOrder.Last;
import dev.orrery.store.sql.Session;
import dev.orrery.store.sql.Values;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;

/**
 * The check, before a batch becomes durable, that its events follow on what the store has of their
 * jobs: a round that opens a second time is refused, and so is a gap.
 *
 * <p>It must cost next to nothing on the way of every commit. Jobs with events in the journal are
 * known by their last number. Of the others only openings are looked at, because a leader that
 * opened or loaded a job counts on from there; and nearly every submission is known to be new
 * without a look into the tables, since ids begin with the time.
 */
final class Succession {

    /** Almost a second of submissions at 10,000 a second, which may come out of order. */
    private static final int NEWEST_MAX = 8_192;

    private static final String NEWEST =
            "SELECT id FROM (SELECT id FROM jobs UNION ALL SELECT job FROM purged)"
                    + " ORDER BY id DESC LIMIT ?";
    private static final String KNOWN =
            "SELECT 1 FROM jobs WHERE id = ? UNION ALL SELECT 1 FROM purged WHERE job = ?";
    private static final String ENDED =
            "SELECT 1 FROM jobs WHERE id = ? AND last_seq = ? AND status >= ?";

    private final TreeSet<JobId> newest = new TreeSet<>();
    private final Map<JobId, Last> lasts = new HashMap<>();

    /** Whatever is not above it is looked up. */
    private JobId floor = new JobId(new UUID(0, 0));

    /** Learns the newest jobs of the tables. */
    void read(Session session) throws SQLException {
        session.select(NEWEST, List.of(NEWEST_MAX + 1), row -> Values.toJob(row.getBytes(1)))
                .forEach(this::opened);
    }

    /**
     * Refuses a batch that does not follow.
     *
     * @return the last event of each job in the batch, for {@code took}
     */
    Map<JobId, Last> check(Session session, List<DurableEvent> batch)
            throws SQLException, StoreException {
        return BatchOrder.check(batch, event -> isBefore(session, event));
    }

    /** The batch is durable. */
    void took(List<DurableEvent> batch, Map<JobId, Last> reached) {
        lasts.putAll(reached);
        for (DurableEvent event : batch) {
            if (event instanceof JobEvent it && it.change() instanceof JobEvent.Submitted) {
                opened(it.job());
            }
        }
    }

    /** The tables show all that was in the journal. */
    void folded() {
        lasts.clear();
    }

    private boolean isBefore(Session session, JobEvent event) throws SQLException {
        Last last = lasts.get(event.job());
        return last == null ? mayFollowTables(session, event) : last.isBefore(event);
    }

    private boolean mayFollowTables(Session session, JobEvent event) throws SQLException {
        byte[] job = Values.ofJob(event.job());
        return switch (event.change()) {
            case JobEvent.Submitted it ->
                    event.seq() == 1
                            && (isSurelyNew(event.job())
                                    || !isThere(session.bind(KNOWN, job, job)));
            case JobEvent.Retried it ->
                    isThere(session.bind(ENDED, job, event.seq() - 1, Values.TERMINAL_CODE_MIN));
            case JobEvent.Released it -> true;
            case JobEvent.Assigned it -> true;
            case JobEvent.Unassigned it -> true;
            case JobEvent.Started it -> true;
            case JobEvent.CancelRequested it -> true;
            case JobEvent.AttemptEnded it -> true;
            case JobEvent.Ended it -> true;
        };
    }

    private static boolean isThere(PreparedStatement select) throws SQLException {
        try (ResultSet row = select.executeQuery()) {
            return row.next();
        }
    }

    private boolean isSurelyNew(JobId job) {
        return job.compareTo(floor) > 0 && !newest.contains(job);
    }

    private void opened(JobId job) {
        newest.add(job);
        if (newest.size() > NEWEST_MAX) {
            JobId oldest = newest.removeFirst();
            floor = oldest.compareTo(floor) > 0 ? oldest : floor;
        }
    }
}
