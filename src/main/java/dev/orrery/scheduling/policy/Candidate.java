package dev.orrery.scheduling.policy;

import dev.orrery.model.JobSpec.Constraint;
import dev.orrery.model.Resources;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.WorkerOffer;

/**
 * A worker as placement sees it.
 *
 * @param open takes new work
 * @param free not held by an attempt
 * @param slotsFree further attempts that would start at once; none behind one given in advance
 * @param inAdvance attempts given in advance, which hold nothing yet
 * @param lastUsed grows with every assignment of the cluster; 0 before the worker's first
 */
public record Candidate(
        WorkerId worker,
        WorkerOffer offer,
        boolean open,
        Resources free,
        int slotsFree,
        int inAdvance,
        long lastUsed) {

    /** Whether the worker could take the demand if nothing ran on it. */
    public boolean suits(Demand demand) {
        return demand.resources().fitsIn(offer.capacity()) && isAllowed(demand);
    }

    /** Whether the worker can take the demand at once. */
    public boolean hasRoom(Demand demand) {
        return open && slotsFree > 0 && demand.resources().fitsIn(free) && isAllowed(demand);
    }

    private boolean isAllowed(Demand demand) {
        for (Constraint constraint : demand.constraints()) {
            if (!constraint.allows(offer.labels())) {
                return false;
            }
        }
        return true;
    }
}
