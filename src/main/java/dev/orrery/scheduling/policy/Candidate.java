package dev.orrery.scheduling.policy;

import dev.orrery.model.JobSpec.Constraint;
import dev.orrery.model.Resources;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.WorkerOffer;

import java.util.Comparator;
import java.util.Map;

/**
 * A worker as placement sees it.
 *
 * @param open takes new work
 * @param free not held by an attempt
 * @param slotMillisFree thousandths of slots in which further attempts would start at once; none
 *     behind one given in advance, and none beside one that wants the worker for itself
 * @param attempts all that it holds
 * @param inAdvance those of them that were given in advance, which hold nothing yet
 * @param taken by an attempt that wants the worker for itself
 * @param lastUsed grows with every assignment of the cluster; 0 before the worker's first
 */
public record Candidate(
        WorkerId worker,
        WorkerOffer offer,
        boolean open,
        Resources free,
        long slotMillisFree,
        int attempts,
        int inAdvance,
        boolean taken,
        long lastUsed) {

    /** By what is free: cpus, slots, memory, gpus. */
    static final Comparator<Candidate> FEWEST_FREE =
            Comparator.<Candidate>comparingLong(it -> it.free().cpuMillis())
                    .thenComparingLong(Candidate::slotMillisFree)
                    .thenComparingLong(it -> it.free().memoryBytes())
                    .thenComparingInt(it -> it.free().gpus());

    /** Whether the worker could take the demand if nothing ran on it. */
    public boolean suits(Demand demand) {
        return demand.resources().fitsIn(offer.capacity()) && isAllowed(demand);
    }

    /** Whether the worker can take the demand at once. */
    public boolean hasRoom(Demand demand) {
        return open
                && slotMillisFree >= demand.resources().slotMillis()
                && (!demand.exclusive() || attempts == 0)
                && demand.resources().fitsIn(free)
                && isAllowed(demand);
    }

    /** Whether anything at all could start at once. */
    public boolean hasFreeSlot() {
        return open && slotMillisFree > 0;
    }

    /** The part of the demand that is free now, from 0 for nothing to 1 for all of it. */
    public double freePart(Demand demand) {
        if (demand.exclusive()) {
            return 1.0 / (1 + attempts);
        }
        Resources asked = demand.resources();
        double least = part(slotMillisFree, asked.slotMillis());
        least = Math.min(least, part(free.cpuMillis(), asked.cpuMillis()));
        least = Math.min(least, part(free.memoryBytes(), asked.memoryBytes()));
        least = Math.min(least, part(free.gpus(), asked.gpus()));
        for (Map.Entry<String, Long> entry : asked.named().entrySet()) {
            long amount = free.named().getOrDefault(entry.getKey(), 0L);
            least = Math.min(least, part(amount, entry.getValue()));
        }
        return least;
    }

    private static double part(long amount, long asked) {
        return amount >= asked ? 1 : (double) amount / asked;
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
