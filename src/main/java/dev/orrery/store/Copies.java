package dev.orrery.store;

import dev.orrery.model.BlobId;
import dev.orrery.model.CapturedLog.Stream;
import dev.orrery.model.JobId;
import dev.orrery.store.LogFiles.Log;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

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

    /** These masters hold all of the output, and it is on their disks. */
    void addLogs(Output output, List<String> masters) throws StoreException;

    /** Who holds the output. */
    List<String> ofLogs(Output output) throws StoreException;

    /** Who holds which output of the job; only what somebody holds, in its order. */
    SortedMap<Output, List<String>> ofJob(JobId job) throws StoreException;

    /** The master does not have the output. */
    void removeLogs(Output output, String master) throws StoreException;

    /** The master gives all output of these jobs up. */
    void removeLogs(List<JobId> jobs, String master) throws StoreException;

    /**
     * Looks at some blobs that the given master holds, after one of them or from the first on:
     * those that a job needs and too few living masters hold.
     */
    Scarce<BlobId> scarce(Scarcity question, Optional<BlobId> after) throws StoreException;

    /** As {@code scarce}, of output. */
    Scarce<Output> scarceLogs(Scarcity question, Optional<Output> after) throws StoreException;

    /** Forgets who held what no job needs any more and was added longer ago than this. */
    void forget(Duration addedBefore) throws StoreException;

    /** One stream of one attempt of a job; in the order of the three. */
    record Output(JobId job, int attempt, Stream stream) implements Comparable<Output> {

        private static final Comparator<Output> ORDER =
                Comparator.comparing(Output::job)
                        .thenComparingInt(Output::attempt)
                        .thenComparing(Output::stream);

        /** The one whose bytes the log has. */
        public static Output of(Log log) {
            return new Output(log.attempt().job(), log.attempt().number(), log.stream());
        }

        @Override
        public int compareTo(Output other) {
            return ORDER.compare(this, other);
        }
    }

    /**
     * A question for what is scarce.
     *
     * @param living ids of masters
     * @param min how many of them are enough
     * @param limit how many things to look at
     */
    record Scarcity(String holder, List<String> living, int min, int limit) {}

    /**
     * What is scarce among the things that were looked at, in their order.
     *
     * @param next the last one that was looked at, when there may be more after it
     */
    record Scarce<K>(List<K> found, Optional<K> next) {
        /** Copies the list. */
        public Scarce {
            found = List.copyOf(found);
        }
    }
}
