package dev.orrery.scheduling.memory;

import dev.orrery.model.JobId;
import dev.orrery.protocol.LoadedState;
import dev.orrery.protocol.LoadedState.EndedJob;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The jobs that ended last, in that order, so that a request that comes a second time, late, is
 * known again. The store refuses what is older than this memory.
 */
public final class EndedJobs {

    private final Map<JobId, EndedJob> byJob = new LinkedHashMap<>();

    /** An empty one. */
    public EndedJobs() {}

    public void add(EndedJob ended) {
        byJob.put(ended.job(), ended);
        if (byJob.size() > LoadedState.ENDED_MAX) {
            byJob.remove(byJob.keySet().iterator().next());
        }
    }

    /** Nothing is kept of the job any more, but that it was. */
    public void purged(JobId job) {
        byJob.computeIfPresent(job, (id, ended) -> ended.purged());
    }

    public void forget(JobId job) {
        byJob.remove(job);
    }

    public Optional<EndedJob> find(JobId job) {
        return Optional.ofNullable(byJob.get(job));
    }

    /** All of them, the one that ended first at the head. */
    public List<EndedJob> all() {
        return List.copyOf(byJob.values());
    }
}
