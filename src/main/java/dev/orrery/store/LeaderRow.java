package dev.orrery.store;

import java.time.Duration;
import java.util.Optional;

/**
 * The one row that says who leads. The store decides, by its own clock, and not the network: any
 * number of masters may believe that they lead, and only the last epoch can commit. Blocking.
 */
public interface LeaderRow {

    /**
     * Takes the lead where nobody else's lease runs, and raises the epoch, which fences every
     * earlier holder at once.
     *
     * @return the new epoch, greater than any before; empty while another one's lease runs
     */
    Optional<Long> acquire(Holder candidate, Duration ttl) throws StoreException;

    /**
     * Lets the lease run for {@code ttl} from now.
     *
     * @throws StoreException FENCED when a later epoch began
     */
    void renew(long epoch, Duration ttl) throws StoreException;

    /** Ends the lease at once, so that another master may lead; no effect in a later epoch. */
    void resign(long epoch) throws StoreException;

    /** The last epoch, whose it is, and whether its lease still runs. */
    Term term() throws StoreException;

    /**
     * Who leads or wants to.
     *
     * @param node its id on the bus
     * @param dataUri where it serves bytes, scheme to port
     */
    record Holder(String node, String dataUri) {}

    /** An epoch; 0 is before the first, and nobody's. */
    record Term(long epoch, Holder holder, boolean leased) {}
}
