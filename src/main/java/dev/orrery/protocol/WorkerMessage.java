package dev.orrery.protocol;

import dev.orrery.model.AttemptId;
import dev.orrery.model.WorkerId;

import java.time.Instant;
import java.util.List;

/** What a worker tells the leader's scheduler; answered by a {@link WorkerReply}. */
public sealed interface WorkerMessage extends Message {

    /** The sender. */
    WorkerId worker();

    /** The life of the sender's process; a later one is larger. */
    long incarnation();

    /**
     * A worker begins or renews its relation with a leader.
     *
     * @param session counts the hellos of this incarnation, from 1
     * @param epoch the newest it had heard of; tells a later leader that this may be an old message
     * @param live every attempt it holds: waiting, running, or ended and not acknowledged. A new
     *     incarnation comes with none, which says that nothing of the old one is left.
     * @param note what it found and killed at its start, for people; may be empty
     */
    record Hello(
            WorkerId worker,
            long incarnation,
            long session,
            long epoch,
            WorkerOffer offer,
            List<AttemptId> live,
            String note)
            implements WorkerMessage {

        /** What a worker of before this field had heard of, which nobody knows. */
        public static final long EPOCH_NOT_TOLD = Long.MAX_VALUE;

        /** Copies the list. */
        public Hello {
            live = List.copyOf(live);
        }
    }

    /**
     * Renews the lease.
     *
     * @param live as in {@code Hello}
     * @param draining the worker itself wants no new work
     */
    record Heartbeat(
            WorkerId worker,
            long incarnation,
            long session,
            long epoch,
            List<AttemptId> live,
            boolean draining)
            implements WorkerMessage {
        /** Copies the list. */
        public Heartbeat {
            live = List.copyOf(live);
        }
    }

    /**
     * What happened to attempts; sent again under the same number until acknowledged, one batch at
     * a time.
     */
    record Reports(WorkerId worker, long incarnation, long seq, List<Report> reports)
            implements WorkerMessage {
        /** Copies the list. */
        public Reports {
            reports = List.copyOf(reports);
        }
    }

    /** The worker stops by itself and holds nothing any more. */
    record Goodbye(WorkerId worker, long incarnation) implements WorkerMessage {}

    /** One thing that happened to one attempt. */
    sealed interface Report {

        /** The attempt it happened to. */
        AttemptId attempt();

        /** The process started. */
        record Started(AttemptId attempt, Instant at) implements Report {}

        /** The attempt ended, and nothing of it is left. */
        record Ended(AttemptId attempt, AttemptResult result) implements Report {}

        /** The attempt was not started and will not be. */
        record NotStarted(AttemptId attempt, String cause) implements Report {}

        /** The task said how far it is; volatile. */
        record Progress(AttemptId attempt, double fraction, String text) implements Report {}
    }
}
