package dev.orrery.simulation;

import dev.orrery.model.schedule.KeptSchedules;
import dev.orrery.model.schedule.Schedule;
import dev.orrery.protocol.DurableEvent;
import dev.orrery.protocol.LoadedState;
import dev.orrery.scheduling.MemoryStore;
import dev.orrery.scheduling.Moment;
import dev.orrery.store.LeaderRow.Holder;
import dev.orrery.store.LeaderRow.Term;
import dev.orrery.store.StoreException;
import dev.orrery.store.StoreException.Kind;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The database that all masters share: transactions one after the other, each as a whole or not at
 * all, and a clock of its own. What its caller is told may be less than what happened.
 */
final class SimulatedStore {

    /** A statement and its connection give up after so long. */
    private static final long PATIENCE = 3 * Dice.SECOND;

    final MemoryStore durable = new MemoryStore();
    private final World world;
    private final Host host;
    private final Dice dice;
    private final Map<String, Reported> reported = new TreeMap<>();
    private final Set<String> unreadable = new TreeSet<>();
    private final List<Runnable> unsynced = new ArrayList<>();
    private long clockOffset;
    private boolean jumped;
    private long epoch;
    private Holder holder = new Holder("", "");
    private long leaseUntil = Long.MIN_VALUE;
    private long free;
    private boolean full;
    private int restarts;

    /** What a master said of itself, and when. */
    private record Reported(int workers, long at) {}

    /** One transaction. */
    interface Transaction<T> {
        T run() throws StoreException;
    }

    /** What the caller is told; exactly one of both. */
    interface Outcome<T> {

        void done(T value);

        /** UNAVAILABLE says nothing about whether it happened. */
        void failed(Kind kind);
    }

    SimulatedStore(World world, Host host, Dice dice) {
        this.world = world;
        this.host = host;
        this.dice = dice;
    }

    /** Runs a transaction for a master; others come before or after, never between. */
    <T> void ask(Host from, Transaction<T> transaction, Outcome<T> outcome) {
        int life = from.life().number();
        boolean[] settled = {false};
        Outcome<T> once =
                new Outcome<>() {
                    @Override
                    public void done(T value) {
                        if (!settled[0]) {
                            settled[0] = true;
                            outcome.done(value);
                        }
                    }

                    @Override
                    public void failed(Kind kind) {
                        if (!settled[0]) {
                            settled[0] = true;
                            outcome.failed(kind);
                        }
                    }
                };
        from.after(PATIENCE, () -> once.failed(Kind.UNAVAILABLE));
        long way = world.network.transit();
        if (world.whims.has(Whim.COMMIT_COMES_LATE)) {
            way += dice.between(PATIENCE, 4 * PATIENCE);
        }
        Runnable arrival = () -> arrived(from, life, transaction, once);
        int asked = restarts;
        world.agenda.after(
                way,
                () -> {
                    if (restarts == asked && !world.network.isCut(from.number, host.number)) {
                        arrival.run();
                    }
                });
    }

    private <T> void arrived(Host from, int life, Transaction<T> transaction, Outcome<T> outcome) {
        long takes = dice.skewed(Dice.MILLI / 5, 4 * Dice.MILLI);
        if (world.whims.has(Whim.STORE_IS_SLOW)) {
            takes += dice.between(Dice.MILLI, 4 * Dice.SECOND);
        }
        free = Math.max(free, world.agenda.now()) + takes;
        int before = restarts;
        world.agenda.after(
                free - world.agenda.now(),
                () -> {
                    if (restarts != before) {
                        answer(from, life, () -> outcome.failed(Kind.UNAVAILABLE));
                        return;
                    }
                    run(from, life, transaction, outcome);
                });
    }

    private <T> void run(Host from, int life, Transaction<T> transaction, Outcome<T> outcome) {
        if (world.whims.has(Whim.COMMIT_UNKNOWN_AND_LOST)) {
            answer(from, life, () -> outcome.failed(Kind.UNAVAILABLE));
            return;
        }
        if (world.whims.has(Whim.STORE_BREAKS)) {
            answer(from, life, () -> outcome.failed(Kind.BROKEN));
            return;
        }
        try {
            T value = transaction.run();
            boolean tellOtherwise = world.whims.has(Whim.COMMIT_UNKNOWN_BUT_STORED);
            answer(
                    from,
                    life,
                    tellOtherwise
                            ? () -> outcome.failed(Kind.UNAVAILABLE)
                            : () -> outcome.done(value));
        } catch (StoreException refused) {
            answer(from, life, () -> outcome.failed(refused.kind()));
        }
    }

    private void answer(Host to, int life, Runnable told) {
        world.agenda.after(
                world.network.transit(),
                () -> {
                    if (!world.network.isCut(host.number, to.number)) {
                        to.run(life, told);
                    }
                });
    }

    /** The body of a commit. */
    int commit(long ofEpoch, List<DurableEvent> events) throws StoreException {
        unlessFull();
        boolean fences =
                !world.has(Bug.STORE_SKIPS_THE_EPOCH_CHECK)
                        && !world.has(Bug.STANDBY_ACQUIRES_EARLY);
        if (fences && ofEpoch != epoch) {
            throw new StoreException(Kind.FENCED, "epoch " + epoch + " leads");
        }
        if (world.has(Bug.STORE_ACKNOWLEDGES_BEFORE_SYNC)) {
            unsynced.add(() -> take(ofEpoch, events));
            world.agenda.after(5 * Dice.MILLI, this::sync);
            return 0;
        }
        return take(ofEpoch, events);
    }

    private void unlessFull() throws StoreException {
        if (full) {
            throw new StoreException(Kind.FULL, "no space");
        }
    }

    private int take(long ofEpoch, List<DurableEvent> events) {
        if (!durable.commit(events)) {
            throw new Violation("epoch " + ofEpoch + " commits what does not follow: " + events);
        }
        world.witness.committed(ofEpoch, events);
        return events.size();
    }

    private void sync() {
        List<Runnable> all = List.copyOf(unsynced);
        unsynced.clear();
        all.forEach(Runnable::run);
    }

    /** The body of an acquisition. */
    Optional<Long> acquire(Holder candidate, Duration ttl) throws StoreException {
        boolean early = world.has(Bug.STANDBY_ACQUIRES_EARLY) && dice.chance(0.02);
        boolean free = leaseUntil <= clock() || holder.node().equals(candidate.node()) || early;
        if (!free) {
            return Optional.empty();
        }
        unlessFull();
        epoch++;
        holder = candidate;
        leaseUntil = clock() + ttl.toNanos();
        world.witness.began(epoch, candidate.node());
        return Optional.of(epoch);
    }

    /** The body of a renewal. */
    void renew(long ofEpoch, Duration ttl) throws StoreException {
        if (ofEpoch != epoch) {
            throw new StoreException(Kind.FENCED, "epoch " + epoch + " leads");
        }
        leaseUntil = clock() + ttl.toNanos();
    }

    /** The body of a resignation. */
    void resign(long ofEpoch) {
        if (ofEpoch == epoch) {
            leaseUntil = clock();
            world.witness.resigned(ofEpoch);
        }
    }

    Term term() {
        return new Term(epoch, holder, leaseUntil > clock());
    }

    /** The body of a load by a master. */
    LoadedState load(Host from, Moment now) throws StoreException {
        unlessFull();
        if (unreadable.contains(from.name)) {
            world.count("load that failed");
            throw new StoreException(Kind.UNAVAILABLE, "the state cannot be read");
        }
        LoadedState loaded = durable.load(now);
        return world.has(Bug.LAST_FIRE_IS_FORGOTTEN_WITH_THE_LEADER) ? forgetting(loaded) : loaded;
    }

    private static LoadedState forgetting(LoadedState it) {
        return new LoadedState(
                it.numbers(),
                it.submissions(),
                it.draining(),
                it.live(),
                it.ended(),
                new KeptSchedules(
                        it.schedules().all().stream()
                                .map(one -> Schedule.created(one.id(), one.createdAt(), one.spec()))
                                .toList(),
                        it.schedules().deleted()));
    }

    /**
     * Other masters that live.
     *
     * @param workers the most that one of them has heard
     */
    record Others(int masters, int workers) {}

    /** The body of a report of a master, which is told of the others. */
    Others report(String master, int workers, Duration within) throws StoreException {
        unlessFull();
        reported.put(master, new Reported(workers, clock()));
        List<Reported> others =
                reported.entrySet().stream()
                        .filter(it -> !it.getKey().equals(master))
                        .map(Map.Entry::getValue)
                        .filter(it -> clock() - it.at() <= within.toNanos())
                        .toList();
        int most = others.stream().mapToInt(Reported::workers).max().orElse(0);
        return new Others(others.size(), most);
    }

    private long clock() {
        return world.agenda.now() + clockOffset;
    }

    /** Moves the store's clock. */
    void jump(long nanos) {
        clockOffset += nanos;
        jumped = true;
    }

    /** Whether its clock ever jumped, so that a lease may have ended early. */
    boolean hasJumped() {
        return jumped;
    }

    /** Whether there is no space. */
    void setFull(boolean on) {
        full = on;
    }

    /** Whether a master cannot read the state. */
    void setUnreadable(Host master, boolean on) {
        if (on) {
            unreadable.add(master.name);
        } else {
            unreadable.remove(master.name);
        }
    }

    /** Power fails and comes back: what was not on disk is gone, and every connection. */
    void restart() {
        restarts++;
        unsynced.clear();
        free = world.agenda.now() + dice.between(Dice.SECOND / 10, 5 * Dice.SECOND);
    }

    /** No transaction takes long any more. */
    void calm() {
        full = false;
        unreadable.clear();
        free = Math.min(free, world.agenda.now());
    }
}
