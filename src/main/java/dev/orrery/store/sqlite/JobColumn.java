package dev.orrery.store.sqlite;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The columns of the table of jobs, beside the id, that events set. */
enum JobColumn {
    ARRIVAL,
    NUMBER,
    NAMESPACE,
    NAME,
    OWNER,
    LABELS,
    SUBMITTED_AT,
    STATUS,
    LAST_SEQ,
    ROUND,
    PRIORITY,
    RETENTION,
    ATTEMPT,
    WORKER,
    STARTED_AT,
    EXIT_CODE,
    REASON,
    ENDED_AT;

    static final List<JobColumn> ALL = List.of(values());

    /** Sets all columns and then the id. */
    static final String INSERT =
            "INSERT INTO jobs ("
                    + ALL.stream().map(JobColumn::column).collect(Collectors.joining(", "))
                    + ", id) VALUES ("
                    + "?, ".repeat(ALL.size())
                    + "?) ON CONFLICT DO NOTHING";

    /** Sets the columns whose bits are set, and then names the id. */
    static String update(int mask) {
        return Arrays.stream(values())
                .filter(column -> (mask & column.bit()) != 0)
                .map(column -> column.column() + " = ?")
                .collect(Collectors.joining(", ", "UPDATE jobs SET ", " WHERE id = ?"));
    }

    int bit() {
        return 1 << ordinal();
    }

    private String column() {
        return name().toLowerCase(Locale.ROOT);
    }
}
