package dev.orrery.protocol;

import dev.orrery.model.JobId;
import dev.orrery.model.Namespace;
import dev.orrery.model.Resources;
import dev.orrery.model.WorkerId;

import java.time.Instant;
import java.util.List;

/**
 * The cluster as its leader sees it at one moment; counts are of tasks.
 *
 * @param succeeded ended well since this leader began; likewise the other three counts of ends
 */
public record ClusterView(
        long epoch,
        Instant at,
        long waiting,
        long queued,
        long assigned,
        long running,
        long succeeded,
        long failed,
        long cancelled,
        long expired,
        List<Node> nodes,
        List<Stuck> stuck) {

    /** Copies the lists. */
    public ClusterView {
        nodes = List.copyOf(nodes);
        stuck = List.copyOf(stuck);
    }

    /**
     * The first of the queued jobs of one kind that no worker of now could ever take.
     *
     * @param reason why, in words
     */
    public record Stuck(JobId job, Namespace namespace, long number, String name, String reason) {}

    /**
     * One worker.
     *
     * @param freeNow what is not held by an attempt
     * @param leaseAgeMillis since its last heartbeat
     */
    public record Node(
            WorkerId worker,
            WorkerOffer offer,
            NodeState state,
            Resources freeNow,
            int assigned,
            int running,
            long leaseAgeMillis) {}

    /** What may be expected of a worker. */
    public enum NodeState {
        /** Takes work. */
        READY,
        /** Finishes what it has and takes nothing new. */
        DRAINING,
        /** Was told to drain and has nothing left. */
        DRAINED,
        /** Known from the store, and not heard of since this leader began. */
        AWAITED
    }
}
