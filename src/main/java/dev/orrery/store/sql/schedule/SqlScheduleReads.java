package dev.orrery.store.sql.schedule;

import dev.orrery.model.Namespace;
import dev.orrery.model.schedule.Schedule;
import dev.orrery.model.schedule.ScheduleId;
import dev.orrery.store.ScheduleReads;
import dev.orrery.store.StoreException;
import dev.orrery.store.sql.Reads;
import dev.orrery.store.sql.SqlJobReads;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads of the table of schedules, after it was brought up to date. */
public final class SqlScheduleReads implements ScheduleReads {

    private static final String SELECT = "SELECT " + ScheduleRow.COLUMNS + " FROM schedules";

    private final Reads reads;
    private final SqlJobReads.Lag lag;

    /** Reads of a table that may lag behind the commits. */
    public SqlScheduleReads(Reads reads, SqlJobReads.Lag lag) {
        this.reads = reads;
        this.lag = lag;
    }

    @Override
    public Optional<Schedule> find(ScheduleId id) throws StoreException {
        lag.end();
        return select(SELECT + " WHERE id = ?", List.of(ScheduleRow.key(id))).stream().findFirst();
    }

    @Override
    public Optional<Schedule> find(Namespace namespace, String name) throws StoreException {
        lag.end();
        String sql = SELECT + " WHERE namespace = ? AND name = ?";
        return select(sql, List.of(namespace.name(), name)).stream().findFirst();
    }

    @Override
    public List<Schedule> list(Optional<Namespace> namespace, Optional<ScheduleId> after, int limit)
            throws StoreException {
        lag.endWherePossible();
        StringBuilder sql = new StringBuilder(SELECT).append(" WHERE TRUE");
        List<Object> parameters = new ArrayList<>();
        if (namespace.isPresent()) {
            sql.append(" AND namespace = ?");
            parameters.add(namespace.get().name());
        }
        if (after.isPresent()) {
            sql.append(" AND id > ?");
            parameters.add(ScheduleRow.key(after.get()));
        }
        parameters.add(limit);
        return select(sql.append(" ORDER BY id LIMIT ?").toString(), parameters);
    }

    private List<Schedule> select(String sql, List<?> parameters) throws StoreException {
        List<ScheduleRow> rows =
                reads.read(session -> session.select(sql, parameters, ScheduleRow::read));
        List<Schedule> schedules = new ArrayList<>(rows.size());
        for (ScheduleRow row : rows) {
            schedules.add(row.schedule());
        }
        return schedules;
    }
}
