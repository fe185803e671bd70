package dev.orrery.store.sqlite;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Row operations waiting to be written, grouped by statement so that each is one JDBC batch. */
final class Rows {

    private final Map<String, List<@Nullable Object[]>> waiting = new LinkedHashMap<>();

    void add(String sql, @Nullable Object... parameters) {
        waiting.computeIfAbsent(sql, first -> new ArrayList<>()).add(parameters);
    }

    /** Writes everything, statement by statement in the order of their first use. */
    void write(Session session) throws SQLException {
        for (Map.Entry<String, List<@Nullable Object[]>> group : waiting.entrySet()) {
            PreparedStatement statement = session.prepare(group.getKey());
            for (@Nullable Object[] parameters : group.getValue()) {
                for (int i = 0; i < parameters.length; i++) {
                    statement.setObject(i + 1, parameters[i]);
                }
                statement.addBatch();
            }
            int[] changed = statement.executeBatch();
            if (group.getKey().startsWith("UPDATE")) {
                expectOneEach(group.getKey(), changed);
            }
        }
        waiting.clear();
    }

    private static void expectOneEach(String sql, int[] changed) {
        for (int count : changed) {
            if (count != 1) {
                throw new IllegalStateException("a row to change is not there: " + sql);
            }
        }
    }
}
