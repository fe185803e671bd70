package dev.orrery.protocol;

import dev.orrery.model.JobId;
import dev.orrery.model.JobSpec;
import dev.orrery.model.TaskRange;
import dev.orrery.model.TaskStatus;
import dev.orrery.model.WorkerId;

import java.time.Instant;
import java.util.Optional;

/**
 * One durable event of a job.
 *
 * @param seq 1, 2, 3 … without a gap within the job, across retries and rounds
 * @param at the wall clock of the leader that decided it
 * @param status of the job as a whole after this event; a terminal one makes it the round's last
 */
public record JobEvent(JobId job, long seq, Instant at, TaskStatus status, Change change)
        implements DurableEvent {

    /** What changed. */
    public sealed interface Change {}

    /** The job was accepted. */
    public record Submitted(JobSpec spec, long number, Optional<IdempotencyKey> idempotencyKey)
            implements Change {}

    /** A delay or back-off is over and the tasks are queued. */
    public record Released(TaskRange tasks) implements Change {}

    /** Tasks were given to a worker. */
    public record Assigned(TaskRange tasks, int attempt, WorkerId worker, long incarnation)
            implements Change {}

    /** The worker has not started the attempt and will not; the tasks are queued again, free. */
    public record Unassigned(TaskRange tasks, int attempt, String cause) implements Change {}

    /** The worker started the attempt. */
    public record Started(TaskRange tasks, int attempt, Instant startedAt) implements Change {}

    /** Somebody wants the tasks to end; their processes are being stopped. */
    public record CancelRequested(TaskRange tasks, String by) implements Change {}

    /** An attempt ended, and what follows from it. */
    public record AttemptEnded(
            TaskRange tasks, int attempt, WorkerId worker, AttemptResult result, Next next)
            implements Change {}

    /** Tasks ended without an attempt: cancelled or expired while they waited. */
    public record Ended(TaskRange tasks, TaskStatus taskStatus, String reason) implements Change {}

    /**
     * A manual retry opened the next round of an ended job.
     *
     * @param attempts the highest attempt number so far
     */
    public record Retried(
            TaskRange tasks, JobSpec spec, long number, int round, int attempts, String by)
            implements Change {}

    /** What follows the end of an attempt. */
    public sealed interface Next {

        /** The tasks are over; the reason is a stable word such as {@code exit-code}. */
        record Over(TaskStatus taskStatus, String reason) implements Next {}

        /** The tasks run again, not before the given time. */
        record Again(Instant notBefore, int failures, int losses) implements Next {}
    }
}
