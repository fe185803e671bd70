package dev.orrery.protocol;

import dev.orrery.model.JobId;
import dev.orrery.model.Problem;
import dev.orrery.model.TaskStatus;

import java.util.List;

/** What the leader's scheduler answers, sent only once what it says is durable. */
public sealed interface SchedulerReply extends Message {

    /** What became of a submission. */
    sealed interface Verdict extends SchedulerReply {}

    /** The job is on disk; {@code replayed} when an idempotency key found an earlier one. */
    record Accepted(JobId job, long number, boolean replayed) implements Verdict {}

    /** Nothing was changed. */
    record Refused(Problem problem) implements Verdict {}

    /** What became of each of many submissions, in their order; the accepted ones are on disk. */
    record Verdicts(List<Verdict> each) implements SchedulerReply {
        /** Copies the list. */
        public Verdicts {
            each = List.copyOf(each);
        }
    }

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
