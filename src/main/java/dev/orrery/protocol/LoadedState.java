package dev.orrery.protocol;

import dev.orrery.model.JobId;
import dev.orrery.model.Namespace;
import dev.orrery.model.WorkerId;
import dev.orrery.model.schedule.KeptSchedules;

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
 * @param ended the jobs that ended last and have not begun again, in order of their ends
 * @param schedules what is kept of them
 */
public record LoadedState(
        SortedMap<Namespace, Long> numbers,
        List<Submission> submissions,
        List<WorkerId> draining,
        List<List<JobEvent>> live,
        List<EndedJob> ended,
        KeptSchedules schedules) {

    /** Five seconds of ends at 10,000 jobs a second; a request is repeated within that time. */
    public static final int ENDED_MAX = 50_000;

    /** Copies the collections. */
    public LoadedState {
        numbers = Collections.unmodifiableSortedMap(new TreeMap<>(numbers));
        submissions = List.copyOf(submissions);
        draining = List.copyOf(draining);
        live = List.copyOf(live);
        ended = List.copyOf(ended);
    }

    /** A state without schedules. */
    public LoadedState(
            SortedMap<Namespace, Long> numbers,
            List<Submission> submissions,
            List<WorkerId> draining,
            List<List<JobEvent>> live,
            List<EndedJob> ended) {
        this(numbers, submissions, draining, live, ended, KeptSchedules.NONE);
    }

    /** An idempotency key and the job it made. */
    public record Submission(
            Namespace namespace, IdempotencyKey key, JobId job, long number, Instant at) {}

    /**
     * What is remembered of an ended job.
     *
     * @param lastSeq the number of its last event; 0 once its record is removed
     */
    public record EndedJob(JobId job, long number, long lastSeq) {

        /** The same when its record is removed. */
        public EndedJob purged() {
            return new EndedJob(job, number, 0);
        }

        /** Whether there is no record any more. */
        public boolean isPurged() {
            return lastSeq == 0;
        }
    }
}
