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
import java.util.concurrent.locks.ReentrantLock;

/** The other masters that live, as the store knew them a moment ago. */
final class Peers {

    private static final long KNOWN_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final Masters masters;
    private final String self;
    private final Duration aliveWithin;
    private final ReentrantLock asking = new ReentrantLock();
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
        return now.isFresh() ? now.masters : ask();
    }

    /** Once for all who want to know at the same time. */
    private List<Master> ask() throws IOException {
        asking.lock();
        try {
            if (!known.isFresh()) {
                known = new Known(masters.alive(aliveWithin), System.nanoTime());
            }
            return known.masters;
        } catch (StoreException fault) {
            throw new IOException("which masters live cannot be read", fault);
        } finally {
            asking.unlock();
        }
    }

    private record Known(List<Master> masters, long at) {
        private boolean isFresh() {
            return System.nanoTime() - at <= KNOWN_NANOS;
        }
    }
}
