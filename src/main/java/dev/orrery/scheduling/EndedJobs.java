package dev.orrery.scheduling;

import dev.orrery.model.JobId;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The jobs that ended last, so that a request that comes a second time, late, is known again. The
 * store refuses what is older than this memory.
 */
final class EndedJobs {

    /** Five seconds at 10,000 jobs a second; a request is repeated within that time. */
    private static final int KEPT_MAX = 50_000;

    private final Map<JobId, Ended> byJob = new LinkedHashMap<>();

    /** What is remembered of an ended job. */
    record Ended(long number, long lastSeq) {}

    void add(JobId job, Ended ended) {
        byJob.put(job, ended);
        if (byJob.size() > KEPT_MAX) {
            byJob.remove(byJob.keySet().iterator().next());
        }
    }

    void forget(JobId job) {
        byJob.remove(job);
    }

    Optional<Ended> find(JobId job) {
        return Optional.ofNullable(byJob.get(job));
    }
}
