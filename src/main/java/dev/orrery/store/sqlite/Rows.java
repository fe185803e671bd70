package dev.orrery.store.sqlite;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Row operations waiting to be written, grouped by statement so that each is one JDBC batch.
 *
 * <p>Events that do not fit the rows, such as those of a job that is not there, are a bug of
 * whoever decided them. They are durable by now, and refusing them would close the store for good:
 * they are reported and passed over.
 */
final class Rows {

    private static final Logger LOG = LoggerFactory.getLogger(Rows.class);

    private final Map<String, List<@Nullable Object[]>> waiting = new LinkedHashMap<>();

    /** Adds an operation. */
    void add(String sql, @Nullable Object... parameters) {
        waiting.computeIfAbsent(sql, first -> new ArrayList<>()).add(parameters);
    }

    /** Writes everything, statement by statement in the order of their first use. */
    void write(Session session) throws SQLException {
        for (Map.Entry<String, List<@Nullable Object[]>> group : waiting.entrySet()) {
            PreparedStatement statement = session.prepare(group.getKey());
            for (@Nullable Object[] parameters : group.getValue()) {
                Session.bind(statement, parameters);
                statement.addBatch();
            }
            reportMisfits(group.getKey(), statement.executeBatch());
        }
        waiting.clear();
    }

    private static void reportMisfits(String sql, int[] changed) {
        boolean always =
                sql.startsWith("UPDATE jobs")
                        || sql.contains("INTO events")
                        || sql.equals(JobColumn.INSERT);
        long misfits = always ? Arrays.stream(changed).filter(count -> count != 1).count() : 0;
        if (misfits > 0) {
            LOG.atError()
                    .addKeyValue("statement", sql)
                    .addKeyValue("misfits", misfits)
                    .log("events do not fit the rows of their jobs");
        }
    }
}
