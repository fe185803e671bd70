package dev.orrery.store;

import dev.orrery.model.BlobId;
import dev.orrery.model.JobId;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Which masters hold which bytes, where several share a store. Masters are named by the ids of
 * their data directories. Blocking; safe for use by many threads.
 */
public interface Copies {

    /** These masters hold the blob, and it is on their disks. */
    void add(BlobId blob, List<String> masters) throws StoreException;

    /** Who holds the blob. */
    List<String> of(BlobId blob) throws StoreException;

    /** The master gives the blob up; said before it does. */
    void remove(BlobId blob, String master) throws StoreException;

    /** These masters hold output of the job. */
    void addLogs(JobId job, List<String> masters) throws StoreException;

    /** Who holds output of the job. */
    List<String> ofLogs(JobId job) throws StoreException;

    /** The master gives the output of these jobs up. */
    void removeLogs(List<JobId> jobs, String master) throws StoreException;

    /** What a job needs and too few living masters hold, of what the given master holds. */
    List<BlobId> scarce(Scarcity question, Optional<BlobId> after) throws StoreException;

    /** Jobs of whose output too few living masters hold a copy, of what the given one holds. */
    List<JobId> scarceLogs(Scarcity question, Optional<JobId> after) throws StoreException;

    /** Forgets who held what no job needs any more and was added longer ago than this. */
    void forget(Duration addedBefore) throws StoreException;

    /**
     * A question for what is scarce; answers come in the order of their ids.
     *
     * @param living ids of masters
     * @param min how many of them are enough
     */
    record Scarcity(String holder, List<String> living, int min, int limit) {}
}
