package dev.orrery.scheduling.policy;

import dev.orrery.model.WorkerId;

import java.util.List;

/** The workers that may be given work. */
public interface WorkerPool {

    /** Takes in a worker, or its newer picture. */
    void put(Candidate candidate);

    /** Forgets a worker. */
    void remove(WorkerId worker);

    /** The workers with room for the demand at once, in a fixed order. */
    List<Candidate> withRoom(Demand demand);

    /** All workers, in a fixed order. */
    List<Candidate> all();
}
