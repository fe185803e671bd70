package dev.orrery.scheduling.policy;

import dev.orrery.model.WorkerId;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The workers that may be given work. */
public interface WorkerPool {

    /** Fewest attempts in advance first, then by name. */
    Comparator<Candidate> BY_ADVANCE =
            Comparator.comparingInt(Candidate::inAdvance).thenComparing(Candidate::worker);

    /** Takes in a worker, or its newer picture. */
    void put(Candidate candidate);

    /** Forgets a worker. */
    void remove(WorkerId worker);

    /** The workers with room for the demand at once, in a fixed order. */
    List<Candidate> withRoom(Demand demand);

    /** All workers, in a fixed order. */
    List<Candidate> all();

    /** All workers, {@link #BY_ADVANCE}; read at most until the next change. */
    default Iterable<Candidate> byAdvance() {
        List<Candidate> sorted = new ArrayList<>(all());
        sorted.sort(BY_ADVANCE);
        return sorted;
    }

    /**
     * Whether a worker is offered by its own picture alone: whoever has room is. Then a demand that
     * found no room is asked for again only when a worker has room for it.
     */
    default boolean offersWhoeverHasRoom() {
        return false;
    }
}
