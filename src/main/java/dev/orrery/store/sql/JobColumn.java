package dev.orrery.store.sql;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The columns of the table of jobs, beside the id, that events set. */
enum JobColumn {
    ARRIVAL(0, Bulk.Type.LONG),
    NUMBER(1, Bulk.Type.LONG),
    NAMESPACE(2, Bulk.Type.TEXT),
    NAME(3, Bulk.Type.TEXT),
    OWNER(4, Bulk.Type.TEXT),
    LABELS(5, Bulk.Type.TEXT),
    SUBMITTED_AT(6, Bulk.Type.LONG),
    STATUS(7, Bulk.Type.INT),
    LAST_SEQ(8, Bulk.Type.LONG),
    ROUND(9, Bulk.Type.INT),
    PRIORITY(10, Bulk.Type.INT),
    RETENTION(11, Bulk.Type.LONG),
    ATTEMPT(12, Bulk.Type.INT),
    WORKER(13, Bulk.Type.TEXT),
    STARTED_AT(14, Bulk.Type.LONG),
    EXIT_CODE(15, Bulk.Type.INT),
    REASON(16, Bulk.Type.TEXT),
    ENDED_AT(17, Bulk.Type.LONG),
    END_ORDER(18, Bulk.Type.LONG);

    static final List<JobColumn> ALL = List.of(values());

    private static final Bulk.Column ID = Bulk.Column.bytes("id");
    private static final List<Bulk.Column> KEYS = List.of(ID, LAST_SEQ.column());

    /** Sets all columns and then the id. */
    static final Bulk INSERT =
            Bulk.Insert.of(
                    "jobs",
                    Stream.concat(ALL.stream().map(JobColumn::column), Stream.of(ID)).toList(),
                    "ON CONFLICT DO NOTHING",
                    "EXISTS (SELECT 1 FROM purged WHERE purged.job = id)");

    private final int place;
    private final Bulk.Type type;

    JobColumn(int place, Bulk.Type type) {
        this.place = place;
        this.type = type;
    }

    /**
     * Sets the columns whose bits are set; then names the id, and the last number before.
     *
     * @param opens whether the job must be over, instead of live
     */
    static Bulk update(int mask, boolean opens) {
        return Bulk.Update.of(
                "jobs",
                ALL.stream()
                        .filter(column -> (mask & column.bit()) != 0)
                        .map(JobColumn::column)
                        .toList(),
                KEYS,
                "jobs.status " + (opens ? ">= " : "< ") + Values.TERMINAL_CODE_MIN);
    }

    /** The place among the parameters of {@code INSERT}. */
    int place() {
        return place;
    }

    int bit() {
        return 1 << place;
    }

    private Bulk.Column column() {
        return new Bulk.Column(name().toLowerCase(Locale.ROOT), type);
    }
}
