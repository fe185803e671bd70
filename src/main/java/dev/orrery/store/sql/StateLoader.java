package dev.orrery.store.sql;

import dev.orrery.model.Namespace;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.IdempotencyKey;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.LoadedState;
import dev.orrery.protocol.LoadedState.EndedJob;
import dev.orrery.store.StoreException;
import dev.orrery.store.sql.schedule.ScheduleTable;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The reading of all that a new leader needs, inside one transaction. */
public final class StateLoader {

    /** Walks the index of states, and for each live job the key of events. */
    private static final String LIVE =
            "SELECT j.arrival, e.run FROM jobs j CROSS JOIN events e"
                    + " WHERE j.status < ? AND e.job = j.id";

    private static final String ENDED =
            "SELECT id, number, last_seq, end_order FROM jobs WHERE end_order > ?"
                    + " UNION ALL SELECT job, number, 0, end_order FROM purged WHERE end_order > ?"
                    + " ORDER BY end_order";

    private final Session session;
    private final EventFrames frames;

    /** A loader that reads by the session. */
    public StateLoader(Session session, EventFrames frames) {
        this.session = session;
        this.frames = frames;
    }

    /** The state, with the submissions that are not older than the given time. */
    public LoadedState load(long submissionsSince) throws SQLException, StoreException {
        return new LoadedState(
                numbers(),
                submissions(submissionsSince),
                draining(),
                live(),
                ended(),
                ScheduleTable.load(session));
    }

    private SortedMap<Namespace, Long> numbers() throws SQLException {
        SortedMap<Namespace, Long> numbers = new TreeMap<>();
        try (ResultSet row =
                session.prepare("SELECT namespace, last FROM numbers").executeQuery()) {
            while (row.next()) {
                numbers.put(new Namespace(row.getString(1)), row.getLong(2));
            }
        }
        return numbers;
    }

    private List<LoadedState.Submission> submissions(long since) throws SQLException {
        List<LoadedState.Submission> submissions = new ArrayList<>();
        PreparedStatement select =
                session.prepare(
                        "SELECT namespace, key, body_hash, job, number, at FROM submissions"
                                + " WHERE at >= ? ORDER BY at, number");
        select.setLong(1, since);
        try (ResultSet row = select.executeQuery()) {
            while (row.next()) {
                submissions.add(
                        new LoadedState.Submission(
                                new Namespace(row.getString(1)),
                                new IdempotencyKey(row.getString(2), row.getString(3)),
                                Values.toJob(row.getBytes(4)),
                                row.getLong(5),
                                Values.toInstant(row.getLong(6))));
            }
        }
        return submissions;
    }

    private List<WorkerId> draining() throws SQLException {
        List<WorkerId> draining = new ArrayList<>();
        try (ResultSet row =
                session.prepare("SELECT worker FROM draining ORDER BY worker").executeQuery()) {
            while (row.next()) {
                draining.add(new WorkerId(row.getString(1)));
            }
        }
        return draining;
    }

    private List<EndedJob> ended() throws SQLException {
        long before = Projection.Reach.read(session).end() - LoadedState.ENDED_MAX;
        return session.select(
                ENDED,
                List.of(before, before),
                row -> new EndedJob(Values.toJob(row.getBytes(1)), row.getLong(2), row.getLong(3)));
    }

    private List<List<JobEvent>> live() throws SQLException, StoreException {
        SortedMap<Long, List<JobEvent>> jobs = new TreeMap<>();
        PreparedStatement select = session.prepare(LIVE);
        select.setInt(1, Values.TERMINAL_CODE_MIN);
        try (ResultSet row = select.executeQuery()) {
            while (row.next()) {
                List<JobEvent> events =
                        jobs.computeIfAbsent(row.getLong(1), first -> new ArrayList<>(4));
                frames.decodeJob(row.getBytes(2), events);
            }
        }
        List<List<JobEvent>> live = new ArrayList<>(jobs.size());
        for (List<JobEvent> events : jobs.values()) {
            events.sort(Comparator.comparingLong(JobEvent::seq));
            live.add(List.copyOf(events));
        }
        return live;
    }
}
