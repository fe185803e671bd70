package dev.orrery.scheduling.policy;

import dev.orrery.model.WorkerId;

import java.util.List;
import java.util.Optional;

/** The fullest worker that still has room, so that others stay empty for large tasks. */
public final class Pack implements Placement {

    /** Made by the loader of components. */
    public Pack() {}

    @Override
    public Optional<WorkerId> choose(Demand demand, List<Candidate> withRoom) {
        return withRoom.stream().min(Candidate.FEWEST_FREE).map(Candidate::worker);
    }
}
