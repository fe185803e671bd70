package dev.orrery.store.sqlite;

import org.jspecify.annotations.Nullable;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Row operations waiting to be written, grouped by statement so that each is one JDBC batch. */
final class Rows {

    private final Map<String, List<@Nullable Object[]>> waiting = new LinkedHashMap<>();

    /** Adds an operation. */
    void add(String sql, @Nullable Object... parameters) {
        waiting.computeIfAbsent(sql, first -> new ArrayList<>()).add(parameters);
    }

    /** Writes everything, statement by statement in the order of their first use. */
    void write(Session session) throws SQLException {
        for (Map.Entry<String, List<@Nullable Object[]>> group : waiting.entrySet()) {
            session.batch(group.getKey(), group.getValue());
        }
        waiting.clear();
    }
}
