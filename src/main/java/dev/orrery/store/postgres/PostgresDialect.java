package dev.orrery.store.postgres;

import dev.orrery.model.JobId;
import dev.orrery.store.StoreException;
import dev.orrery.store.StoreException.Kind;
import dev.orrery.store.sql.Bulk;
import dev.orrery.store.sql.Bulk.Column;
import dev.orrery.store.sql.Dialect;
import dev.orrery.store.sql.Session;
import dev.orrery.store.sql.Values;

import org.jspecify.annotations.Nullable;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * PostgreSQL: a statement costs a round trip, so the rows of one go along as arrays, a column each.
 */
final class PostgresDialect implements Dialect {

    static final PostgresDialect INSTANCE = new PostgresDialect();

    private static final String PURGED =
            "INSERT INTO purged (end_order, job, number) SELECT end_order, id, number FROM jobs"
                    + " WHERE id = ANY (?) AND end_order > ?";

    private final Map<Bulk, String> texts = new ConcurrentHashMap<>();

    private PostgresDialect() {}

    /** The driver sends BEGIN with the first statement. */
    @Override
    public void begin(Session session) throws SQLException {
        session.connection().setAutoCommit(false);
    }

    @Override
    public void commit(Session session) throws SQLException {
        session.connection().commit();
        session.connection().setAutoCommit(true);
    }

    @Override
    public void rollback(Session session) throws SQLException {
        session.connection().rollback();
        session.connection().setAutoCommit(true);
    }

    @Override
    public void write(Session session, Bulk bulk, List<@Nullable Object[]> rows)
            throws SQLException {
        if (!rows.isEmpty()) {
            execute(session, bulk, rows);
        }
    }

    @Override
    public int[] fit(Session session, Bulk bulk, List<@Nullable Object[]> rows)
            throws SQLException, StoreException {
        int changed = rows.isEmpty() ? 0 : execute(session, bulk, rows);
        if (changed != rows.size()) {
            throw new StoreException(
                    Kind.CONFLICT,
                    (rows.size() - changed)
                            + " of "
                            + rows.size()
                            + " changes do not follow on what is stored of their jobs");
        }
        int[] each = new int[rows.size()];
        Arrays.fill(each, 1);
        return each;
    }

    @Override
    public String contains(String column) {
        return column + " COLLATE \"C\" ILIKE ? ESCAPE '\\'";
    }

    @Override
    public void purge(Session session, List<JobId> jobs, long endsAbove) throws SQLException {
        Object ids =
                session.connection()
                        .createArrayOf(
                                "bytea", jobs.stream().map(Values::ofJob).toArray(byte[][]::new));
        session.update(PURGED, ids, endsAbove);
        session.update("DELETE FROM job_labels WHERE job = ANY (?)", ids);
        session.update("DELETE FROM blob_references WHERE job = ANY (?)", ids);
        session.update("DELETE FROM events WHERE job = ANY (?)", ids);
        session.update("DELETE FROM jobs WHERE id = ANY (?)", ids);
        session.update("DELETE FROM purged WHERE end_order <= ?", endsAbove);
    }

    private int execute(Session session, Bulk bulk, List<@Nullable Object[]> rows)
            throws SQLException {
        PreparedStatement statement =
                session.prepare(texts.computeIfAbsent(bulk, PostgresDialect::text));
        Connection connection = session.connection();
        List<Column> columns = bulk.columns();
        for (int i = 0; i < columns.size(); i++) {
            Column column = columns.get(i);
            statement.setArray(
                    i + 1, connection.createArrayOf(element(column), values(rows, i, column)));
        }
        return statement.executeUpdate();
    }

    private static @Nullable Object[] values(
            List<@Nullable Object[]> rows, int place, Column column) {
        @Nullable Object[] values =
                switch (column.type()) {
                    case BYTES -> new byte[rows.size()][];
                    case INT -> new Integer[rows.size()];
                    case LONG -> new Long[rows.size()];
                    case TEXT -> new String[rows.size()];
                };
        for (int row = 0; row < values.length; row++) {
            values[row] = rows.get(row)[place];
        }
        return values;
    }

    private static String element(Column column) {
        return switch (column.type()) {
            case BYTES -> "bytea";
            case INT -> "int4";
            case LONG -> "int8";
            case TEXT -> "text";
        };
    }

    private static String text(Bulk bulk) {
        String arrays =
                bulk.columns().stream()
                        .map(column -> "?::" + element(column) + "[]")
                        .collect(Collectors.joining(", "));
        return switch (bulk) {
            case Bulk.Insert it ->
                    "INSERT INTO %1$s (%2$s) SELECT %2$s FROM unnest(%3$s) AS u (%2$s) %4$s %5$s"
                            .formatted(
                                    it.table(),
                                    Bulk.names(it.columns()),
                                    arrays,
                                    it.unless().isEmpty() ? "" : "WHERE NOT " + it.unless(),
                                    it.conflict());
            case Bulk.Update it ->
                    "UPDATE %s SET %s FROM unnest(%s) AS u (%s, %s) WHERE %s AND %s"
                            .formatted(
                                    it.table(),
                                    it.set().stream()
                                            .map(column -> column.name() + " = u." + column.name())
                                            .collect(Collectors.joining(", ")),
                                    arrays,
                                    Bulk.names(it.set()),
                                    it.keys().stream()
                                            .map(column -> "key_" + column.name())
                                            .collect(Collectors.joining(", ")),
                                    it.keys().stream()
                                            .map(column ->
                                                    it.table()
                                                            + "."
                                                            + column.name()
                                                            + " = key_"
                                                            + column.name())
                                            .collect(Collectors.joining(" AND ")),
                                    it.condition());
        };
    }
}
