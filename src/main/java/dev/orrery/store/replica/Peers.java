package dev.orrery.store.replica;

import dev.orrery.store.Masters;
import dev.orrery.store.Masters.Master;
import dev.orrery.store.StoreException;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The other masters that live, as the store knew them a moment ago. */
final class Peers {

    private static final long KNOWN_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final Masters masters;
    private final String self;
    private final Duration aliveWithin;
    private volatile Known known = new Known(List.of(), System.nanoTime() - 2 * KNOWN_NANOS);

    /** Masters of which one that reported longer ago than this is not asked. */
    Peers(Masters masters, String self, Duration aliveWithin) {
        this.masters = masters;
        this.self = self;
        this.aliveWithin = aliveWithin;
    }

    String self() {
        return self;
    }

    /** In another order each time, so that none of them gets everything. */
    List<Master> others() throws IOException {
        List<Master> others = new ArrayList<>(known());
        others.removeIf(master -> master.id().equals(self));
        Collections.shuffle(others);
        return others;
    }

    /** The ids of all that live, our own among them. */
    List<String> living() throws IOException {
        List<String> living = new ArrayList<>(List.of(self));
        others().forEach(master -> living.add(master.id()));
        return living;
    }

    private List<Master> known() throws IOException {
        Known now = known;
        if (System.nanoTime() - now.at > KNOWN_NANOS) {
            try {
                now = new Known(masters.alive(aliveWithin), System.nanoTime());
                known = now;
            } catch (StoreException fault) {
                throw new IOException("which masters live cannot be read", fault);
            }
        }
        return now.masters;
    }

    private record Known(List<Master> masters, long at) {}
}
