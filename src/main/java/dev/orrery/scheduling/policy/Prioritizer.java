package dev.orrery.scheduling.policy;

import dev.orrery.model.JobSpec;

/** Decides the order in which queued tasks run. Pure, and constant for a job. */
public interface Prioritizer {

    /**
     * The place of a job's tasks.
     *
     * @param arrival 1, 2, 3 … in the order of acceptance
     */
    PriorityKey key(JobSpec spec, long arrival);
}
