package dev.orrery.node.leader;

import dev.orrery.protocol.DurableEvent;
import dev.orrery.protocol.LoadedState;
import dev.orrery.store.JobReads;
import dev.orrery.store.LeaderRow;
import dev.orrery.store.Masters;
import dev.orrery.store.ScheduleReads;
import dev.orrery.store.Store;
import dev.orrery.store.StoreException;
import dev.orrery.store.StoreException.Kind;
import dev.orrery.store.Tokens;

import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A leader row and a register of masters in memory, which can be made to hang. */
final class SharedRow implements Store, LeaderRow, Masters {

    private static final long HANG_SECONDS_MAX = 30;

    private final Map<String, Master> alive = new TreeMap<>();
    private final CountDownLatch released = new CountDownLatch(1);
    private Term term = new Term(0, new Holder("", ""), false);
    private long leaseEnd = System.nanoTime();
    private volatile boolean hangs;
    private volatile boolean isAsked;
    private volatile boolean registerFails;

    /** Lets every call hang from now on, until {@link #release}. */
    void hang() {
        hangs = true;
    }

    void release() {
        released.countDown();
    }

    /** Whether a call hangs. */
    boolean isAsked() {
        return isAsked;
    }

    /** Refuses to say who lives from now on. */
    void failRegister() {
        registerFails = true;
    }

    /** Another master raises the epoch, whatever lease runs. */
    synchronized void takeAway(String node) {
        term = new Term(term.epoch() + 1, new Holder(node, "http://" + node), true);
        leaseEnd = System.nanoTime() + Duration.ofHours(1).toNanos();
    }

    /** The lease of now ends. */
    synchronized void endLease() {
        leaseEnd = System.nanoTime();
    }

    private void answer() {
        try {
            isAsked = hangs;
            if (hangs && !released.await(HANG_SECONDS_MAX, TimeUnit.SECONDS)) {
                throw new AssertionError("nobody released the store");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public Optional<Long> acquire(Holder candidate, Duration ttl) {
        answer();
        synchronized (this) {
            boolean isHeld = isLeased() && !term.holder().node().equals(candidate.node());
            if (isHeld) {
                return Optional.empty();
            }
            term = new Term(term.epoch() + 1, candidate, true);
            leaseEnd = System.nanoTime() + ttl.toNanos();
            return Optional.of(term.epoch());
        }
    }

    @Override
    public void renew(long epoch, Duration ttl) throws StoreException {
        answer();
        synchronized (this) {
            if (term.epoch() != epoch) {
                throw new StoreException(Kind.FENCED, "epoch " + term.epoch() + " leads");
            }
            leaseEnd = System.nanoTime() + ttl.toNanos();
        }
    }

    @Override
    public void resign(long epoch) {
        answer();
        synchronized (this) {
            if (term.epoch() == epoch) {
                leaseEnd = System.nanoTime();
            }
        }
    }

    @Override
    public Term term() {
        answer();
        synchronized (this) {
            return new Term(term.epoch(), term.holder(), isLeased());
        }
    }

    private boolean isLeased() {
        return leaseEnd - System.nanoTime() > 0;
    }

    @Override
    public synchronized void report(Master self) throws StoreException {
        if (registerFails) {
            throw new StoreException(Kind.UNAVAILABLE, "no register");
        }
        alive.put(self.id(), self);
    }

    @Override
    public synchronized List<Master> alive(Duration within) {
        return List.copyOf(alive.values());
    }

    @Override
    public List<String> forget(Duration silentFor) {
        return List.of();
    }

    @Override
    public LeaderRow leaderRow() {
        return this;
    }

    @Override
    public Masters masters() {
        return this;
    }

    @Override
    public void commit(long epoch, List<DurableEvent> events) {
        throw new UnsupportedOperationException("nothing is committed here");
    }

    @Override
    public LoadedState load() {
        throw new UnsupportedOperationException("nothing is loaded here");
    }

    @Override
    public ScheduleReads schedules() {
        throw new UnsupportedOperationException("no schedules here");
    }

    @Override
    public JobReads jobs() {
        throw new UnsupportedOperationException("no jobs here");
    }

    @Override
    public Connection snapshot() {
        throw new AssertionError("nobody copies this store");
    }

    @Override
    public Tokens tokens() {
        throw new UnsupportedOperationException("no tokens here");
    }

    @Override
    public void close() {
        release();
    }
}
