package dev.orrery.store.sql;

import org.jspecify.annotations.Nullable;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Row operations waiting to be written, grouped by statement so that each is executed once. */
final class Rows {

    private final Map<Bulk, List<@Nullable Object[]>> waiting = new LinkedHashMap<>();

    /** Adds an operation. */
    void add(Bulk bulk, @Nullable Object... parameters) {
        waiting.computeIfAbsent(bulk, first -> new ArrayList<>()).add(parameters);
    }

    /** Writes everything, statement by statement in the order of their first use. */
    void write(Session session) throws SQLException {
        for (Map.Entry<Bulk, List<@Nullable Object[]>> group : waiting.entrySet()) {
            session.write(group.getKey(), group.getValue());
        }
        waiting.clear();
    }
}
