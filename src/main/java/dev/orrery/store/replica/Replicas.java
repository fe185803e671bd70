package dev.orrery.store.replica;

import dev.orrery.model.BlobId;
import dev.orrery.model.Bytes;
import dev.orrery.store.BlobReferences;
import dev.orrery.store.CentralStore;
import dev.orrery.store.Copies;
import dev.orrery.store.LogFiles;
import dev.orrery.store.Masters;
import dev.orrery.store.Masters.Master;
import dev.orrery.store.StoreException;
import dev.orrery.store.TooFewCopiesException;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import javax.net.ssl.SSLContext;

/** One master's part in keeping the same bytes on several masters. */
public final class Replicas implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Replicas.class);

    private final Peers peers;
    private final Copies copies;
    private final Wire wire;
    private final int min;

    /** A part among masters that share a store. */
    public Replicas(Masters masters, Copies copies, Part part) {
        this.peers = new Peers(masters, part.self, part.aliveWithin);
        this.copies = copies;
        this.wire = new Wire(part.tls, part.key.toArray());
        this.min = part.min;
    }

    /**
     * Which part it is.
     *
     * @param self the id of this master's data directory
     * @param aliveWithin after which a master that said nothing counts as gone
     * @param min masters that must have the bytes, this one among them
     * @param key the masters' secret
     */
    public record Part(
            String self, Duration aliveWithin, int min, Optional<SSLContext> tls, Bytes key) {}

    /**
     * Blobs that are kept on several masters, on top of those of this one.
     *
     * @param freeBytesMin how many bytes copies from others leave free
     */
    public CentralStore blobs(CentralStore local, long freeBytesMin) {
        return new ReplicatedStore(local, this, freeBytesMin);
    }

    /** Logs that are kept on several masters, on top of those of this one. */
    public LogFiles logs(LogFiles local) {
        return new ReplicatedLogs(local, this);
    }

    /**
     * What the local store of blobs asks before it removes one: what may go is first struck off the
     * list of who has it, so that nobody counts on it.
     */
    public BlobReferences references(BlobReferences jobs) {
        return new BlobReferences() {
            @Override
            public boolean isReferenced(BlobId blob) throws StoreException {
                boolean isNeeded = jobs.isReferenced(blob);
                if (!isNeeded) {
                    copies.remove(blob, self());
                }
                return isNeeded;
            }

            @Override
            public List<BlobId> referenced(List<BlobId> blobs) throws StoreException {
                return jobs.referenced(blobs);
            }
        };
    }

    /** Makes up for copies that were lost with their masters. */
    public CopyRound round(CentralStore local, LogFiles localLogs) {
        return new CopyRound(local, localLogs, this);
    }

    String self() {
        return peers.self();
    }

    int min() {
        return min;
    }

    Peers peers() {
        return peers;
    }

    Wire wire() {
        return wire;
    }

    /**
     * Brings bytes that are here to as many others as must have them, those first that have some of
     * the kind; says who has them now.
     */
    List<String> spread(Object what, List<String> preferred, Delivery delivery) throws IOException {
        List<String> holders = new ArrayList<>(List.of(self()));
        if (min > 1) {
            for (Master other : sources(preferred)) {
                if (holders.size() < min && deliver(what, delivery, other)) {
                    holders.add(other.id());
                }
            }
        }
        if (holders.size() < min) {
            throw new TooFewCopiesException(
                    "the bytes must be on " + min + " masters, and are on " + holders.size());
        }
        return holders;
    }

    static boolean deliver(Object what, Delivery delivery, Master to) {
        try {
            delivery.to(to);
            return true;
        } catch (IOException fault) {
            LOG.atWarn()
                    .addKeyValue("what", what)
                    .addKeyValue("master", to.id())
                    .addKeyValue("at", to.dataUri())
                    .addKeyValue("cause", fault.toString())
                    .log("a copy was not taken");
            return false;
        }
    }

    /** The other masters that live, those first that are known to have the bytes. */
    List<Master> sources(List<String> holders) throws IOException {
        List<Master> sources = new ArrayList<>(peers.others());
        sources.sort((a, b) -> Boolean.compare(holders.contains(b.id()), holders.contains(a.id())));
        return sources;
    }

    /** Whether bytes that nobody gave may yet be with one of their holders. */
    boolean mayAppear(List<String> holders, List<String> denials) {
        return holders.stream().anyMatch(it -> !it.equals(self()) && !denials.contains(it));
    }

    /** Asks or tells the store who has what. */
    <T> T ask(Question<T> question) throws IOException {
        try {
            return question.of(copies);
        } catch (StoreException fault) {
            throw new IOException("who has which bytes cannot be read or written", fault);
        }
    }

    /** Tells the store who has what. */
    void tell(Statement statement) throws IOException {
        try {
            statement.to(copies);
        } catch (StoreException fault) {
            throw new IOException("who has which bytes cannot be written", fault);
        }
    }

    @Override
    public void close() {
        wire.close();
    }

    /** Brings bytes to one master. */
    interface Delivery {
        void to(Master master) throws IOException;
    }

    /** Something to know of who has what. */
    interface Question<T> {
        T of(Copies copies) throws StoreException;
    }

    /** Something to say of who has what. */
    interface Statement {
        void to(Copies copies) throws StoreException;
    }
}
