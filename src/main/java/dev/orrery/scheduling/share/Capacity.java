package dev.orrery.scheduling.share;

import dev.orrery.model.WorkerId;
import dev.orrery.protocol.WorkerOffer;

import java.util.Map;
import java.util.TreeMap;

/** What all workers offer together: the whole of which shares are parts. */
final class Capacity {

    private final Map<WorkerId, WorkerOffer> offers = new TreeMap<>();
    private final Amounts total = new Amounts();

    /** A worker offers this much now; tells whether that is another amount. */
    boolean offered(WorkerId worker, WorkerOffer offer) {
        WorkerOffer before = offers.put(worker, offer);
        if (offer.equals(before)) {
            return false;
        }
        if (before != null) {
            total.subtract(before.slots() * 1000L, before.capacity());
        }
        total.add(offer.slots() * 1000L, offer.capacity());
        return true;
    }

    /** A worker offers nothing any more; tells whether it did. */
    boolean withdrawn(WorkerId worker) {
        WorkerOffer before = offers.remove(worker);
        if (before == null) {
            return false;
        }
        total.subtract(before.slots() * 1000L, before.capacity());
        return true;
    }

    boolean isNothing() {
        return offers.isEmpty();
    }

    /** The largest part that an amount is of anything. */
    double part(Amounts held) {
        return held.dominant(total);
    }

    double part(Charge charge) {
        Amounts one = new Amounts();
        one.add(charge.slotMillis(), charge.amount());
        return one.dominant(total);
    }
}
