package dev.orrery.node.leader;

import dev.orrery.config.Settings;
import dev.orrery.protocol.Message.LeaderNotice;
import dev.orrery.scheduling.leadership.HandOver;
import dev.orrery.scheduling.leadership.Tenure;
import dev.orrery.store.LeaderRow.Holder;
import dev.orrery.store.LeaderRow.Term;
import dev.orrery.store.Masters.Master;
import dev.orrery.store.Store;
import dev.orrery.store.StoreException;

import io.vertx.core.Context;
import io.vertx.core.Future;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A master's part in the question who leads: asks the store in rounds, one at a time, on a thread
 * of its own, so that neither a long commit nor a store that does not answer delays the end of a
 * tenure. All of its state lives on one context; a context that is blocked renews nothing.
 */
public final class Leadership {

    private static final Logger LOG = LoggerFactory.getLogger(Leadership.class);
    private static final Duration LAST_ROUND_TIMEOUT = Duration.ofSeconds(2);

    private final Context context;
    private final Store store;
    private final Self self;
    private final Settings.Leadership pace;
    private final Events events;
    private final WorkersHeard heard;
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().daemon().name("leader-row").factory());
    private Optional<Tenure> tenure = Optional.empty();
    private LeaderNotice notice = LeaderNotice.NONE;
    private boolean asking;
    private boolean againAtOnce;
    private boolean closed;

    /** The register as it was last read; used on the thread of the rounds. */
    private List<Master> living = List.of();

    private long abstainUntil = System.nanoTime();

    /**
     * Who this master is.
     *
     * @param id of its data directory
     * @param node its id on the bus
     * @param dataUri where it serves bytes
     */
    public record Self(String id, String node, String dataUri) {}

    /** What the master is told, on its context. */
    public interface Events {

        /** The store gave the lead in this epoch. */
        void elected(long epoch);

        /** The lead is over, or was never made use of. */
        void deposed(String cause);

        /** Who leads, as the store has it; told after every round. */
        void noticed(LeaderNotice notice);

        /** The store has no space to say who leads. */
        void storeFull(StoreException fault);

        /** The store must not be used, as it is damaged or has lost epochs that there were. */
        void storeBroken(StoreException fault);

        /** This master gave the lead away, and nobody has it yet. */
        void vacated(LeaderNotice notice);
    }

    public Leadership(
            Context context,
            Store store,
            Self self,
            Settings.Leadership pace,
            WorkersHeard heard,
            Events events) {
        this.context = context;
        this.store = store;
        this.self = self;
        this.pace = pace;
        this.heard = heard;
        this.events = events;
    }

    /** Takes part from now on. */
    public void start() {
        context.owner().setPeriodic(pace.renew().toMillis(), id -> round());
        context.owner().setPeriodic(Math.max(1, pace.renew().toMillis() / 4), id -> check());
        round();
    }

    /** Whether this master may act as the leader of this epoch at this very moment. */
    public boolean holds(long epoch) {
        return tenure.filter(it -> it.epoch() == epoch && it.holds(System.nanoTime())).isPresent();
    }

    /** Whether this master has begun a later epoch than this one. */
    public boolean isPast(long epoch) {
        return tenure.filter(it -> it.epoch() > epoch).isPresent();
    }

    /** Whether another master lives that could lead. */
    public boolean hasOthers() {
        return notice.masters().size() > 1;
    }

    /** Who leads, as far as this master knows. */
    public LeaderNotice notice() {
        return notice;
    }

    /** Somebody gave the lead away: try now and not at the next turn. */
    public void hurry() {
        if (tenure.isEmpty()) {
            round();
        }
    }

    /**
     * Gives up an epoch that cannot go on, to begin the next one as soon as the store allows; no
     * effect when another has begun.
     */
    public void beginAfter(long epoch) {
        if (!isPast(epoch)) {
            tenure = Optional.empty();
            round();
        }
    }

    /**
     * Gives the lead away, for this master could not make use of it, and stands back for a time.
     */
    public void standBack(long epoch, String cause) {
        if (tenure.filter(it -> it.epoch() == epoch).isEmpty()) {
            return;
        }
        abstainUntil = System.nanoTime() + HandOver.ABSTENTION.toNanos();
        depose(cause);
        off(() -> giveAway(epoch))
                .onSuccess(done -> vacant())
                .onFailure(fault -> LOG.atWarn().setCause(fault).log("the lease runs out instead"));
    }

    /** Takes part no more; what it leads runs out unless {@link #resign} is called too. */
    public void close() {
        closed = true;
        tenure = Optional.empty();
    }

    /** Ends for good, and lets another master lead at once; no effect the second time. */
    public Future<Void> resign() {
        close();
        if (thread.isShutdown()) {
            return Future.succeededFuture();
        }
        return off(this::giveAwayWhatIsOurs)
                .timeout(LAST_ROUND_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .onSuccess(isOurs -> {
                    if (isOurs) {
                        vacant();
                    }
                })
                .onFailure(fault -> LOG.atWarn().setCause(fault).log("the lease runs out instead"))
                .transform(done -> {
                    thread.shutdown();
                    return Future.succeededFuture();
                });
    }

    /** Also what a round that was under way has won meanwhile. Blocking. */
    private boolean giveAwayWhatIsOurs() throws StoreException {
        Term term = store.leaderRow().term();
        boolean isOurs = term.leased() && term.holder().node().equals(self.node());
        return isOurs && giveAway(term.epoch());
    }

    private boolean giveAway(long epoch) throws StoreException {
        store.leaderRow().resign(epoch);
        return true;
    }

    private void vacant() {
        notice = notice.vacant();
        events.vacated(notice);
    }

    /**
     * A tenure that nobody renewed in time ends here, whatever the store would say: what saw it
     * over has given up, and a renewal whose answer comes late would have it lead without a reign.
     */
    private void check() {
        if (tenure.filter(it -> !it.holds(System.nanoTime())).isPresent()) {
            depose("its lease could not be renewed in time");
        }
    }

    private void depose(String cause) {
        tenure = Optional.empty();
        events.deposed(cause);
    }

    private void round() {
        if (closed) {
            return;
        }
        if (asking) {
            againAtOnce = tenure.isEmpty();
            return;
        }
        check();
        asking = true;
        Optional<Tenure> mine = tenure;
        boolean mayLead = System.nanoTime() - abstainUntil >= 0;
        int workers = heard.count();
        off(() -> ask(mine, mayLead, workers))
                .onSuccess(found -> answered(mine, found))
                .onFailure(fault -> refused(mine, fault))
                .onComplete(done -> next());
    }

    private void next() {
        asking = false;
        if (againAtOnce) {
            againAtOnce = false;
            round();
        }
    }

    /**
     * What the store said.
     *
     * @param sentAt before it was asked, on the monotonic clock
     * @param won whether the epoch was begun by this question
     */
    private record Found(Term term, boolean won, long sentAt, List<Master> masters) {}

    /** One round. Blocking. */
    private Found ask(Optional<Tenure> mine, boolean mayLead, int workers) throws StoreException {
        Holder holder = new Holder(self.node(), self.dataUri());
        long sentAt = System.nanoTime();
        if (mine.isPresent()) {
            store.leaderRow().renew(mine.get().epoch(), pace.ttl());
            Term term = new Term(mine.get().epoch(), holder, true);
            return new Found(term, false, sentAt, register(workers));
        }
        Term term = store.leaderRow().term();
        boolean isFree = !term.leased() || term.holder().node().equals(self.node());
        if (isFree && mayLead) {
            sentAt = System.nanoTime();
            Optional<Long> epoch = store.leaderRow().acquire(holder, pace.ttl());
            if (epoch.isPresent()) {
                Term won = new Term(epoch.get(), holder, true);
                return new Found(won, true, sentAt, register(workers));
            }
            term = store.leaderRow().term();
        }
        return new Found(term, false, sentAt, register(workers));
    }

    /** Says that this master lives, and who else does: that only informs, and ends no tenure. */
    private List<Master> register(int workers) {
        try {
            store.masters().report(new Master(self.id(), self.node(), self.dataUri(), workers));
            living = store.masters().alive(pace.silence());
        } catch (StoreException fault) {
            LOG.atWarn().setCause(fault).log("the register of masters was not reached");
        }
        return living;
    }

    private void answered(Optional<Tenure> asked, Found found) {
        if (closed) {
            return;
        }
        check();
        if (found.won()) {
            Tenure begun = Tenure.begun(found.term().epoch(), found.sentAt(), pace.ttl());
            if (!begun.holds(System.nanoTime())) {
                return;
            }
            tenure = Optional.of(begun);
            heard.begin();
        } else if (tenure.isPresent() && tenure.equals(asked)) {
            tenure = tenure.map(it -> it.renewed(found.sentAt(), pace.ttl()));
        }
        notice = noticeOf(found);
        events.noticed(notice);
        if (found.won()) {
            events.elected(found.term().epoch());
        } else {
            handOverWhenDue(found);
        }
    }

    private LeaderNotice noticeOf(Found found) {
        List<String> uris = new ArrayList<>();
        String leader = found.term().leased() ? found.term().holder().node() : "";
        for (Master master : found.masters()) {
            uris.add(master.node().equals(leader) ? 0 : uris.size(), master.dataUri());
        }
        List<String> nodes = found.masters().stream().map(Master::node).toList();
        return new LeaderNotice(found.term().epoch(), leader, uris, nodes);
    }

    private void handOverWhenDue(Found found) {
        int others =
                found.masters().stream()
                        .filter(master -> !master.id().equals(self.id()))
                        .mapToInt(Master::workers)
                        .max()
                        .orElse(0);
        if (tenure.isPresent() && heard.isCutOff(others)) {
            standBack(
                    tenure.get().epoch(),
                    "no worker reaches it, and another master hears " + others);
        }
    }

    private void refused(Optional<Tenure> asked, Throwable fault) {
        if (!(fault instanceof StoreException it)) {
            LOG.atError().setCause(fault).log("the question who leads failed");
            return;
        }
        switch (it.kind()) {
            case FENCED -> {
                if (tenure.isPresent() && tenure.equals(asked)) {
                    depose("another master leads in a later epoch");
                }
            }
            case BROKEN, LOCKED -> events.storeBroken(it);
            case FULL -> {
                LOG.atWarn().setCause(it).log("the store has no space to say who leads");
                events.storeFull(it);
            }
            case UNAVAILABLE, CONFLICT ->
                    LOG.atWarn().setCause(it).log("the store did not say who leads");
        }
    }

    private <T> Future<T> off(Callable<T> work) {
        return Offload.call(context, thread, work);
    }
}
