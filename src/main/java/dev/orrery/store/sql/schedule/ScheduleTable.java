package dev.orrery.store.sql.schedule;

import dev.orrery.model.schedule.KeptSchedules;
import dev.orrery.model.schedule.Schedule;
import dev.orrery.model.schedule.ScheduleChange;
import dev.orrery.model.schedule.ScheduleId;
import dev.orrery.model.schedule.ScheduleProgress;
import dev.orrery.protocol.DurableEvent.ScheduleChanged;
import dev.orrery.protocol.wire.ScheduleWire;
import dev.orrery.store.StoreException;
import dev.orrery.store.sql.Session;
import dev.orrery.store.sql.Values;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What happens to schedules, written into their table. How far each is is first folded in memory,
 * so that one that fires often is written once.
 */
public final class ScheduleTable {

    private static final String INSERT =
            "INSERT INTO schedules (id, namespace, name, created_at, spec, progress)"
                    + " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
    private static final String PROGRESS = "SELECT progress FROM schedules WHERE id = ?";
    private static final String UPDATE = "UPDATE schedules SET progress = ? WHERE id = ?";
    private static final String DELETE = "DELETE FROM schedules WHERE id = ?";
    private static final String REMEMBER =
            "INSERT INTO deleted_schedules (place, id)"
                    + " SELECT coalesce(max(place), 0) + 1, ? FROM deleted_schedules";
    private static final String FORGET =
            "DELETE FROM deleted_schedules"
                    + " WHERE place <= (SELECT max(place) FROM deleted_schedules) - ?";
    private static final String RELEASE = "DELETE FROM blob_references WHERE job = ?";

    private final Session session;
    private final Map<ScheduleId, ScheduleProgress> changed = new LinkedHashMap<>();

    /** The table as the session sees it. */
    public ScheduleTable(Session session) {
        this.session = session;
    }

    /** All that is kept of schedules. */
    public static KeptSchedules load(Session session) throws SQLException, StoreException {
        List<ScheduleRow> rows =
                session.select(
                        "SELECT " + ScheduleRow.COLUMNS + " FROM schedules ORDER BY id",
                        List.of(),
                        ScheduleRow::read);
        List<Schedule> schedules = new ArrayList<>(rows.size());
        for (ScheduleRow row : rows) {
            schedules.add(row.schedule());
        }
        List<ScheduleId> deleted =
                session.select(
                        "SELECT id FROM deleted_schedules ORDER BY place",
                        List.of(),
                        row -> new ScheduleId(Values.toJob(row.getBytes(1)).value()));
        return new KeptSchedules(schedules, deleted);
    }

    /** Takes a change, and says whether there was a place for it. */
    public boolean take(ScheduleChanged event) throws SQLException, StoreException {
        ScheduleId id = event.schedule();
        if (event.change() instanceof ScheduleChange.Created created) {
            return insert(Schedule.created(id, event.at(), created.spec()));
        }
        if (event.change() instanceof ScheduleChange.Deleted) {
            return delete(id);
        }
        Optional<ScheduleProgress> before = progress(id);
        before.ifPresent(it -> changed.put(id, it.after(event.change(), event.at())));
        return before.isPresent();
    }

    private boolean insert(Schedule schedule) throws SQLException {
        int rows =
                session.update(
                        INSERT,
                        ScheduleRow.key(schedule.id()),
                        schedule.spec().namespace().name(),
                        schedule.spec().name(),
                        Values.ofInstant(schedule.createdAt()),
                        ScheduleRow.seal(ScheduleWire.encode(schedule.spec())),
                        ScheduleRow.seal(ScheduleWire.encode(schedule.progress())));
        return rows == 1;
    }

    private boolean delete(ScheduleId id) throws SQLException {
        byte[] key = ScheduleRow.key(id);
        changed.remove(id);
        session.update(RELEASE, key);
        session.update(REMEMBER, key);
        session.update(FORGET, KeptSchedules.DELETED_MAX);
        return session.update(DELETE, key) == 1;
    }

    private Optional<ScheduleProgress> progress(ScheduleId id) throws SQLException, StoreException {
        ScheduleProgress known = changed.get(id);
        if (known != null) {
            return Optional.of(known);
        }
        List<byte[]> stored =
                session.select(PROGRESS, List.of(ScheduleRow.key(id)), row -> row.getBytes(1));
        return stored.isEmpty()
                ? Optional.empty()
                : Optional.of(ScheduleRow.progressOf(stored.getFirst()));
    }

    /** Writes what was taken. */
    public void flush() throws SQLException {
        for (Map.Entry<ScheduleId, ScheduleProgress> entry : changed.entrySet()) {
            session.update(
                    UPDATE,
                    ScheduleRow.seal(ScheduleWire.encode(entry.getValue())),
                    ScheduleRow.key(entry.getKey()));
        }
        changed.clear();
    }
}
