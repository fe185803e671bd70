package dev.orrery.store.sqlite;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Single statements with bound parameters. */
final class Sql {

    private Sql() {}

    /** All rows of a query. */
    static <T> List<T> select(Session session, String sql, List<?> parameters, Row<T> row)
            throws SQLException {
        List<T> rows = new ArrayList<>();
        try (ResultSet found = bind(session, sql, parameters.toArray()).executeQuery()) {
            while (found.next()) {
                rows.add(row.read(found));
            }
        }
        return rows;
    }

    /** The only number of a query, 0 when there is no row. */
    static long number(Session session, String sql) throws SQLException {
        try (ResultSet row = session.prepare(sql).executeQuery()) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    /** Changes rows, and says how many. */
    static int update(Session session, String sql, @Nullable Object... parameters)
            throws SQLException {
        return bind(session, sql, parameters).executeUpdate();
    }

    /** The statement, ready to be executed. */
    static PreparedStatement bind(Session session, String sql, @Nullable Object... parameters)
            throws SQLException {
        PreparedStatement statement = session.prepare(sql);
        bind(statement, parameters);
        return statement;
    }

    /** Sets all parameters of a statement. */
    static void bind(PreparedStatement statement, @Nullable Object... parameters)
            throws SQLException {
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
    }

    /** How one row is read. */
    @FunctionalInterface
    interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }
}
