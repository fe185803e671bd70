package dev.orrery.protocol;

import dev.orrery.model.JobId;
import dev.orrery.model.Problem;
import dev.orrery.model.TaskStatus;

import java.util.List;

/** What the leader's scheduler answers, sent only once what it says is durable. */
public sealed interface SchedulerReply extends Message {

    /** The job is on disk; {@code replayed} when an idempotency key found an earlier one. */
    record Accepted(JobId job, long number, boolean replayed) implements SchedulerReply {}

    /** Nothing was changed. */
    record Refused(Problem problem) implements SchedulerReply {}

    /** It is done and durable. */
    record Done() implements SchedulerReply {}

    /**
     * Why a job is where it is.
     *
     * @param reasons sentences, the most telling first
     */
    record Explained(JobId job, TaskStatus status, List<String> reasons) implements SchedulerReply {
        /** Copies the list. */
        public Explained {
            reasons = List.copyOf(reasons);
        }
    }

    /** The cluster as the leader sees it. */
    record Cluster(ClusterView view) implements SchedulerReply {}
}
