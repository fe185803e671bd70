package dev.orrery.scheduling.policy;

import dev.orrery.model.WorkerId;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The worker that was given work the longest ago. */
public final class LeastRecentlyUsed implements Placement {

    /** Made by the loader of components. */
    public LeastRecentlyUsed() {}

    @Override
    public Optional<WorkerId> choose(Demand demand, List<Candidate> withRoom) {
        if (withRoom.size() == 1) {
            return Optional.of(withRoom.getFirst().worker());
        }
        return withRoom.stream()
                .min(Comparator.comparingLong(Candidate::lastUsed))
                .map(Candidate::worker);
    }
}
