package dev.orrery.scheduling;

import dev.orrery.model.AttemptId;
import dev.orrery.model.JobSpec;
import dev.orrery.model.Outcome.StopReason;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.SchedulerReply;
import dev.orrery.protocol.WorkerReply;

import java.time.Instant;
import java.util.List;

/** What the shell has to carry out once the events decided with it, and before it, are durable. */
public sealed interface Effect {

    /** Answer the asker. */
    record Reply(long replyTo, SchedulerReply reply) implements Effect {}

    /** Answer the worker. */
    record Answer(long replyTo, WorkerReply reply) implements Effect {}

    /** Tell a worker to run an attempt; repeated until the worker has taken it. */
    record Assign(
            WorkerId worker,
            long incarnation,
            long session,
            AttemptId attempt,
            JobSpec spec,
            long number)
            implements Effect {}

    /** Tell a worker to stop attempts; the next heartbeat repeats it. */
    record Stop(WorkerId worker, long incarnation, List<AttemptId> attempts, StopReason reason)
            implements Effect {
        /** Copies the list. */
        public Stop {
            attempts = List.copyOf(attempts);
        }
    }

    /** Ask a worker for attempts back that it has not started. */
    record Recall(WorkerId worker, long incarnation, List<AttemptId> attempts) implements Effect {
        /** Copies the list. */
        public Recall {
            attempts = List.copyOf(attempts);
        }
    }

    /** Tell watchers how far an attempt is. */
    record Progressed(AttemptId attempt, Instant at, double fraction, String text)
            implements Effect {}

    /** Tell watchers that the workers changed. */
    record NodesChanged() implements Effect {}
}
