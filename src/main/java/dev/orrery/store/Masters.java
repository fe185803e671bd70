package dev.orrery.store;

import java.time.Duration;
import java.util.List;

/** The masters that share a store, each by what it last said of itself. Blocking. */
public interface Masters {

    /** Says that this master lives, by the store's clock. */
    void report(Master self) throws StoreException;

    /** Those that reported within this time by the store's clock, in order of their ids. */
    List<Master> alive(Duration within) throws StoreException;

    /** Forgets those that did not report for so long by the store's clock; their ids. */
    List<String> forget(Duration silentFor) throws StoreException;

    /**
     * One master.
     *
     * @param id of its data directory, the same after every restart
     * @param node its id on the bus in this run
     * @param dataUri where it serves bytes, scheme to port
     * @param workers how many workers it heard of lately; tells a leader that is cut off from all
     */
    record Master(String id, String node, String dataUri, int workers) {}
}
