package dev.orrery.scheduling.policy;

import dev.orrery.model.JobSpec;
import dev.orrery.model.Problem;
import dev.orrery.model.Resources;

import java.util.Optional;

/** Refuses what can never run. Pure. */
public interface CapacityValidator {

    /**
     * Why the job is refused, if it is.
     *
     * @param taskMax the most that the configuration lets one task ask for
     */
    Optional<Problem> refusal(JobSpec spec, Resources taskMax);
}
