package dev.orrery.scheduling;

import dev.orrery.model.AttemptId;
import dev.orrery.model.Namespace;
import dev.orrery.model.WorkerId;
import dev.orrery.model.schedule.ScheduleId;
import dev.orrery.protocol.DurableEvent;
import dev.orrery.protocol.WorkerOffer;
import dev.orrery.scheduling.share.Keep;
import dev.orrery.scheduling.share.Watch;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A fact that the state takes in: durable ones are stored, the others are lost with the leader. */
public sealed interface StateEvent {

    /**
     * A fact for the store.
     *
     * @param namespace of the job that it is about, for those who publish it
     */
    record Durable(DurableEvent event, Optional<Namespace> namespace) implements StateEvent {

        /** A fact about no job. */
        public Durable(DurableEvent event) {
            this(event, Optional.empty());
        }
    }

    /**
     * A worker said hello.
     *
     * @param leaseEnd on the monotonic clock, in nanoseconds
     */
    record WorkerJoined(
            WorkerId worker,
            long incarnation,
            long session,
            WorkerOffer offer,
            long leaseEnd,
            long heardAt)
            implements StateEvent {}

    /** A worker was heard of. */
    record LeaseRenewed(WorkerId worker, long leaseEnd, boolean drainingItself, long heardAt)
            implements StateEvent {}

    /** A worker is gone, and nothing of it is held any more. */
    record WorkerLeft(WorkerId worker) implements StateEvent {}

    /** These attempts were asked back. */
    record Recalled(WorkerId worker, List<AttemptId> attempts) implements StateEvent {
        /** Copies the list. */
        public Recalled {
            attempts = List.copyOf(attempts);
        }
    }

    /** The first task of a namespace waits for room. */
    record Watched(Watch watch) implements StateEvent {}

    /** A worker is kept for a task that others would pass over for ever. */
    record Kept(Keep keep) implements StateEvent {}

    /** A worker is kept for nobody any more. */
    record Freed(WorkerId worker) implements StateEvent {}

    /** Idempotency keys older than their time are forgotten. */
    record SubmissionsForgotten(Instant before) implements StateEvent {}

    /** A due moment of a schedule waits for room in the queue. */
    record ScheduleHeld(ScheduleId schedule, Instant until) implements StateEvent {}
}
