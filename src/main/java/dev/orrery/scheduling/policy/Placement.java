package dev.orrery.scheduling.policy;

import dev.orrery.model.WorkerId;

import java.util.List;
import java.util.Optional;

/** Chooses the worker of a task. Pure. */
public interface Placement {

    /**
     * One of the workers with room, or none of them to let the task wait.
     *
     * @param withRoom workers that can take the demand at once, possibly none
     */
    Optional<WorkerId> choose(Demand demand, List<Candidate> withRoom);
}
