package dev.orrery.protocol;

import dev.orrery.model.JobId;
import dev.orrery.model.Namespace;
import dev.orrery.model.WorkerId;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a new leader begins with.
 *
 * @param numbers the last job number of each namespace
 * @param submissions idempotency keys that still count, oldest first
 * @param draining workers that take no new work
 * @param live for each job that has not ended, in order of submission, all its events in order
 */
public record LoadedState(
        SortedMap<Namespace, Long> numbers,
        List<Submission> submissions,
        List<WorkerId> draining,
        List<List<JobEvent>> live) {

    /** Copies the collections. */
    public LoadedState {
        numbers = Collections.unmodifiableSortedMap(new TreeMap<>(numbers));
        submissions = List.copyOf(submissions);
        draining = List.copyOf(draining);
        live = List.copyOf(live);
    }

    /** An idempotency key and the job it made. */
    public record Submission(
            Namespace namespace, IdempotencyKey key, JobId job, long number, Instant at) {}
}
