package dev.orrery.model;

import java.util.List;

/** How one attempt ended. */
public sealed interface Outcome {

    /** The process ended by itself; 0 is success. */
    record Exited(int code) implements Outcome {}

    /** A signal that we did not send ended the process. */
    record Signalled(int signal) implements Outcome {}

    /** It ran longer than its timeout and was killed. */
    record TimedOut() implements Outcome {}

    /** It was killed on request of the scheduler or of its own worker. */
    record Stopped(StopReason reason) implements Outcome {}

    /** It could not be started for a cause in the task itself: no such program, say. */
    record NotStartable(String cause) implements Outcome {}

    /** Declared outputs were not there, or were more than may be kept. */
    record OutputsRefused(List<String> causes) implements Outcome {
        /** Copies the list. */
        public OutputsRefused {
            causes = List.copyOf(causes);
        }
    }

    /** The worker could not do its part: disk full, input not fetched. */
    record WorkerFault(String cause) implements Outcome {

        /** Its processes outlived their kill: the machine needs somebody who looks after it. */
        public static final WorkerFault UNKILLABLE =
                new WorkerFault("processes of the attempt cannot be killed");
    }

    /** Its worker was lost, so that nobody knows. */
    record Lost(String cause) implements Outcome {}

    /** Why a running attempt is stopped. */
    enum StopReason {
        /** Somebody cancelled the task. */
        CANCELLED,
        /** The worker's lease was about to end without a leader's answer. */
        LEASE_LOST,
        /** The worker is shutting down and its drain time is over. */
        WORKER_STOPPED,
        /** The scheduler does not know the attempt as live any more. */
        STALE
    }
}
