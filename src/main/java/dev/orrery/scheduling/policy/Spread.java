package dev.orrery.scheduling.policy;

import dev.orrery.model.WorkerId;

import java.util.List;
import java.util.Optional;

/** The emptiest worker, so that tasks disturb each other least. */
public final class Spread implements Placement {

    /** Made by the loader of components. */
    public Spread() {}

    @Override
    public Optional<WorkerId> choose(Demand demand, List<Candidate> withRoom) {
        return withRoom.stream()
                .min(Candidate.FEWEST_FREE.reversed().thenComparingLong(Candidate::lastUsed))
                .map(Candidate::worker);
    }
}
