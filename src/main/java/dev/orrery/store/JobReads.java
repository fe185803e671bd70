package dev.orrery.store;

import dev.orrery.model.BlobId;
import dev.orrery.model.JobId;
import dev.orrery.model.Namespace;
import dev.orrery.model.TaskStatus;
import dev.orrery.protocol.JobEvent;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;

/** Reads of committed state: each sees every commit that returned before it began. Blocking. */
public interface JobReads extends BlobReferences {

    /** The row of one job. */
    Optional<JobRow> job(JobId job) throws StoreException;

    /** Those of these jobs that there are, after every commit that returned before this call. */
    List<JobId> known(List<JobId> jobs) throws StoreException;

    /** Durable events of a job with a number greater than {@code after}, in order. */
    List<JobEvent> events(JobId job, long after, int limit) throws StoreException;

    /**
     * One page of rows, newest first.
     *
     * @throws IllegalArgumentException when the cursor is not one that a page gave
     */
    Page list(Query query) throws StoreException;

    /** Ids of jobs whose canonical id begins with the text, oldest first. */
    List<JobId> withPrefix(Optional<Namespace> namespace, String prefix, int limit)
            throws StoreException;

    /** Ended jobs whose retention is over, oldest first. */
    List<JobId> pastRetention(Instant now, int limit) throws StoreException;

    /**
     * The blobs that these jobs refer to, each once. Read it before the jobs are purged, and
     * discard them after.
     */
    List<BlobId> blobsOf(List<JobId> jobs) throws StoreException;

    /** Whether this job refers to the blob, after every commit that returned before this call. */
    boolean isReferenced(BlobId blob, JobId by) throws StoreException;

    /** How many jobs stand in each state, of one namespace or of all; every state has a count. */
    SortedMap<TaskStatus, Long> counts(Optional<Namespace> namespace) throws StoreException;

    /**
     * What a list shows of a job.
     *
     * @param attempt the number of the latest attempt, 0 before the first
     * @param worker of the latest attempt; likewise the exit code and the time of its start
     * @param reason the stable word of the end, such as {@code exit-code}
     * @param endedAt by the leader's clock
     * @param lastSeq the number of the latest durable event
     */
    record JobRow(
            JobId job,
            long number,
            Namespace namespace,
            String name,
            String owner,
            SortedMap<String, String> labels,
            int priority,
            TaskStatus status,
            int round,
            int attempt,
            Optional<String> worker,
            OptionalInt exitCode,
            Optional<String> reason,
            Instant submittedAt,
            Optional<Instant> startedAt,
            Optional<Instant> endedAt,
            long lastSeq) {}

    /**
     * What to list.
     *
     * @param statuses empty means any
     * @param labels all of these must be there with these values
     * @param name a part of the name; the case of ASCII letters does not count
     * @param submittedAfter at this time or later
     * @param submittedBefore earlier than this time
     * @param numberFirst smallest job number; with {@code numberLast} the selector {@code 1-3}
     * @param cursor as a page gave it; the page after that one
     */
    record Query(
            Optional<Namespace> namespace,
            List<TaskStatus> statuses,
            SortedMap<String, String> labels,
            Optional<String> name,
            Optional<Instant> submittedAfter,
            Optional<Instant> submittedBefore,
            Optional<Long> numberFirst,
            Optional<Long> numberLast,
            Optional<String> cursor,
            int limit) {}

    /** Rows, and the cursor of the next page when there is one. */
    record Page(List<JobRow> rows, Optional<String> next) {}
}
