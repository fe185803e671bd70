package dev.orrery.protocol;

import dev.orrery.model.AttemptId;
import dev.orrery.model.JobSpec;
import dev.orrery.model.Outcome.StopReason;

import java.util.List;

/** What a leader commands a worker; refused when the epoch is older than one it has seen. */
public sealed interface WorkerCommand extends Message {

    /** The epoch of the leader that commands. */
    long epoch();

    /** The incarnation it is meant for. */
    long incarnation();

    /**
     * Run these attempts, in this order, as the resources allow.
     *
     * @param session the hello it follows
     * @param seq 1, 2, 3 … in the session; a repeated number has no effect
     */
    record Assign(
            long epoch, long incarnation, long session, long seq, List<Assignment> assignments)
            implements WorkerCommand {
        /** Copies the list. */
        public Assign {
            assignments = List.copyOf(assignments);
        }
    }

    /** Stop these attempts, started or not. */
    record Stop(long epoch, long incarnation, List<AttemptId> attempts, StopReason reason)
            implements WorkerCommand {
        /** Copies the list. */
        public Stop {
            attempts = List.copyOf(attempts);
        }
    }

    /** Give back those of these attempts that are not started; each is reported NotStarted. */
    record Recall(long epoch, long incarnation, List<AttemptId> attempts) implements WorkerCommand {
        /** Copies the list. */
        public Recall {
            attempts = List.copyOf(attempts);
        }
    }

    /**
     * One attempt to run.
     *
     * @param number of the job within its namespace
     * @param token the attempt's right to fetch and store bytes over HTTP
     * @param dataUri where these bytes are, scheme to port
     */
    record Assignment(AttemptId attempt, JobSpec spec, long number, String token, String dataUri) {}
}
