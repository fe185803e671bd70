package dev.orrery.scheduling;

import dev.orrery.model.TaskStatus;
import dev.orrery.model.WorkerId;

import java.time.Instant;

/** Where a task stands; each case holds exactly what is known there. */
sealed interface TaskState {

    /** What the task has used up so far. */
    Tally tally();

    /** How people call this state. */
    TaskStatus status();

    /**
     * What a task has used up.
     *
     * @param attempts the number of the latest attempt; 0 before the first
     * @param failures own failures in this round
     * @param losses lost workers and infrastructure faults in this round
     */
    record Tally(int attempts, int failures, int losses) {
        static final Tally NONE = new Tally(0, 0, 0);
    }

    /** Held back until a time. */
    record Waiting(Tally tally, Instant until) implements TaskState {
        @Override
        public TaskStatus status() {
            return TaskStatus.WAITING;
        }
    }

    /** In the queue. */
    record Queued(Tally tally) implements TaskState {
        @Override
        public TaskStatus status() {
            return TaskStatus.QUEUED;
        }
    }

    /** Given to a worker; {@code tally.attempts} is the number of the attempt. */
    record Assigned(Tally tally, WorkerId worker, long incarnation) implements TaskState {
        @Override
        public TaskStatus status() {
            return TaskStatus.ASSIGNED;
        }
    }

    /** Started on a worker. */
    record Running(Tally tally, WorkerId worker, long incarnation, Instant startedAt)
            implements TaskState {
        @Override
        public TaskStatus status() {
            return TaskStatus.RUNNING;
        }
    }

    /** Being stopped on a worker on somebody's request. */
    record Cancelling(Tally tally, WorkerId worker, long incarnation, String by)
            implements TaskState {
        @Override
        public TaskStatus status() {
            return TaskStatus.RUNNING;
        }
    }

    /** Ended in this round. */
    record Over(Tally tally, TaskStatus status) implements TaskState {}
}
