package dev.orrery.store.sql;

import dev.orrery.model.JobId;
import dev.orrery.model.JobSpec;
import dev.orrery.model.Outcome;
import dev.orrery.protocol.AttemptResult;
import dev.orrery.protocol.JobEvent;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a run of events does to the row of one job: folded in memory, written once.
 *
 * <p>A column that no event touches keeps its value. The row shows the latest attempt: a new one
 * clears what is known of the one before.
 */
final class JobChange {

    private final @Nullable Object[] values = new @Nullable Object[JobColumn.ALL.size()];
    private final byte[] id;
    private final List<byte[]> frames = new ArrayList<>(3);
    private int mask;
    private long firstSeq;
    private boolean opens;
    private long lastSeq;

    JobChange(JobId job) {
        this.id = Values.ofJob(job);
    }

    /** The job's key. */
    byte[] id() {
        return id;
    }

    /** The job, the last number and the events, for a table of runs. */
    @Nullable Object[] runParameters() {
        return new @Nullable Object[] {id, lastSeq, EventFrames.concatenate(frames)};
    }

    /** The statement that these parameters are for, but for a new row. */
    Kind kind() {
        return new Kind(mask, opens);
    }

    /** Whether the job begins here, so that its row is new. */
    boolean isNew() {
        return (mask & JobColumn.ARRIVAL.bit()) != 0;
    }

    /** The parameters of {@code JobColumn.INSERT} for a new row, else of the update. */
    @Nullable Object[] parameters() {
        boolean all = isNew();
        int count = all ? values.length + 1 : Integer.bitCount(mask) + 2;
        @Nullable Object[] parameters = new @Nullable Object[count];
        int next = 0;
        for (int column = 0; column < values.length; column++) {
            if (all || (mask & (1 << column)) != 0) {
                parameters[next++] = values[column];
            }
        }
        parameters[next++] = id;
        if (!all) {
            parameters[next] = firstSeq - 1;
        }
        return parameters;
    }

    /** The row of a job that begins. */
    void begin(JobEvent event, JobEvent.Submitted submitted, long arrival) {
        JobSpec spec = submitted.spec();
        set(JobColumn.ARRIVAL, arrival);
        set(JobColumn.NUMBER, submitted.number());
        set(JobColumn.NAMESPACE, spec.namespace().name());
        set(JobColumn.NAME, spec.name());
        set(JobColumn.OWNER, spec.owner());
        set(JobColumn.LABELS, Values.ofLabels(spec.labels()));
        set(JobColumn.SUBMITTED_AT, Values.ofInstant(event.at()));
        set(JobColumn.ROUND, 1);
        set(JobColumn.ATTEMPT, 0);
        setSpec(spec);
    }

    /** Takes one event on; of a submission only what every event has. */
    void apply(JobEvent event, byte[] frame) {
        if (frames.isEmpty()) {
            firstSeq = event.seq();
            opens = event.change() instanceof JobEvent.Retried;
        }
        frames.add(frame);
        lastSeq = event.seq();
        set(JobColumn.STATUS, Values.ofStatus(event.status()));
        set(JobColumn.LAST_SEQ, event.seq());
        if (event.status().isTerminal()) {
            set(JobColumn.ENDED_AT, Values.ofInstant(event.at()));
        }
        switch (event.change()) {
            case JobEvent.Submitted submitted -> {}
            case JobEvent.Released released -> {}
            case JobEvent.CancelRequested requested -> {}
            case JobEvent.Assigned assigned -> beginAttempt(assigned);
            case JobEvent.Unassigned unassigned -> clear(JobColumn.WORKER, JobColumn.STARTED_AT);
            case JobEvent.Started started -> {
                set(JobColumn.ATTEMPT, started.attempt());
                set(JobColumn.STARTED_AT, Values.ofInstant(started.startedAt()));
            }
            case JobEvent.AttemptEnded ended -> endAttempt(ended);
            case JobEvent.Ended ended -> set(JobColumn.REASON, ended.reason());
            case JobEvent.Retried retried -> beginRound(retried);
        }
    }

    /** The place of the job's end among the ends of all jobs. */
    void endAs(long place) {
        set(JobColumn.END_ORDER, place);
    }

    private void beginAttempt(JobEvent.Assigned assigned) {
        set(JobColumn.ATTEMPT, assigned.attempt());
        set(JobColumn.WORKER, assigned.worker().name());
        clear(JobColumn.STARTED_AT, JobColumn.EXIT_CODE);
    }

    private void endAttempt(JobEvent.AttemptEnded ended) {
        AttemptResult result = ended.result();
        set(JobColumn.ATTEMPT, ended.attempt());
        set(JobColumn.WORKER, ended.worker().name());
        result.startedAt().ifPresent(at -> set(JobColumn.STARTED_AT, Values.ofInstant(at)));
        set(JobColumn.EXIT_CODE, exitCode(result.outcome()).orElse(null));
        switch (ended.next()) {
            case JobEvent.Next.Over over -> set(JobColumn.REASON, over.reason());
            case JobEvent.Next.Again again -> {}
        }
    }

    /** A retry keeps who and what the job is; only how it runs may change. */
    private void beginRound(JobEvent.Retried retried) {
        set(JobColumn.ROUND, retried.round());
        set(JobColumn.ATTEMPT, retried.attempts());
        setSpec(retried.spec());
        clear(
                JobColumn.WORKER,
                JobColumn.STARTED_AT,
                JobColumn.EXIT_CODE,
                JobColumn.REASON,
                JobColumn.ENDED_AT,
                JobColumn.END_ORDER);
    }

    private void setSpec(JobSpec spec) {
        set(JobColumn.PRIORITY, spec.priority());
        set(JobColumn.RETENTION, Values.ofDuration(spec.retention()));
    }

    private static Optional<Integer> exitCode(Outcome outcome) {
        return outcome instanceof Outcome.Exited exited
                ? Optional.of(exited.code())
                : Optional.empty();
    }

    private void clear(JobColumn... columns) {
        for (JobColumn column : columns) {
            set(column, null);
        }
    }

    private void set(JobColumn column, @Nullable Object value) {
        values[column.place()] = value;
        mask |= column.bit();
    }

    /**
     * Changes that one statement writes.
     *
     * @param mask the columns that were set
     * @param opens whether a new round follows on an end
     */
    record Kind(int mask, boolean opens) {}
}
