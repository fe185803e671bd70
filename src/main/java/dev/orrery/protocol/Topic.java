package dev.orrery.protocol;

import dev.orrery.model.JobId;
import dev.orrery.model.Namespace;

import java.util.Optional;

/** A named stream of events. */
public sealed interface Topic {
    /** {@code jobs.<id>}: the durable events of a job, and its progress. */
    record OfJob(JobId job) implements Topic {}

    /** {@code logs.<id>}: the output of a job as it grows. */
    record OfLogs(JobId job) implements Topic {}

    /**
     * {@code jobs}: changes of all jobs, for lists; coalesced, not numbered.
     *
     * @param namespace the only one wanted; empty means all
     */
    record OfJobs(Optional<Namespace> namespace) implements Topic {}

    /**
     * {@code attempts}: attempts as they start and end, bounded; not numbered.
     *
     * @param namespace the only one wanted; empty means all
     */
    record OfAttempts(Optional<Namespace> namespace) implements Topic {}

    /** {@code nodes}: the workers, whenever they change. */
    record OfNodes() implements Topic {}

    /** {@code cluster}: the counts of the cluster, at most four times a second. */
    record OfCluster() implements Topic {}
}
