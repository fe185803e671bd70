package dev.orrery.store.sqlite;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The columns of the table of jobs, beside the id, that events set. */
enum JobColumn {
    ARRIVAL(0),
    NUMBER(1),
    NAMESPACE(2),
    NAME(3),
    OWNER(4),
    LABELS(5),
    SUBMITTED_AT(6),
    STATUS(7),
    LAST_SEQ(8),
    ROUND(9),
    PRIORITY(10),
    RETENTION(11),
    ATTEMPT(12),
    WORKER(13),
    STARTED_AT(14),
    EXIT_CODE(15),
    REASON(16),
    ENDED_AT(17),
    END_ORDER(18);

    static final List<JobColumn> ALL = List.of(values());

    /** Sets all columns and then the id. */
    static final String INSERT =
            "INSERT INTO jobs ("
                    + ALL.stream().map(JobColumn::column).collect(Collectors.joining(", "))
                    + ", id) VALUES ("
                    + "?, ".repeat(ALL.size())
                    + "?) ON CONFLICT DO NOTHING";

    private final int place;

    JobColumn(int place) {
        this.place = place;
    }

    /** Sets the columns whose bits are set; then names the id, and the last number before. */
    static String update(int mask) {
        return Arrays.stream(values())
                .filter(column -> (mask & column.bit()) != 0)
                .map(column -> column.column() + " = ?")
                .collect(
                        Collectors.joining(
                                ", ", "UPDATE jobs SET ", " WHERE id = ? AND last_seq = ?"));
    }

    /** The place among the parameters of {@code INSERT}. */
    int place() {
        return place;
    }

    int bit() {
        return 1 << place;
    }

    private String column() {
        return name().toLowerCase(Locale.ROOT);
    }
}
