package dev.orrery.simulation;

import dev.orrery.protocol.LoadedState;
import dev.orrery.protocol.Message;
import dev.orrery.protocol.Message.LeaderNotice;
import dev.orrery.protocol.SchedulerRequest;
import dev.orrery.protocol.WorkerMessage;
import dev.orrery.scheduling.Input;
import dev.orrery.scheduling.Moment;
import dev.orrery.scheduling.SchedulerMachine;
import dev.orrery.scheduling.leadership.HandOver;
import dev.orrery.scheduling.leadership.Tenure;
import dev.orrery.simulation.Host.Life;
import dev.orrery.simulation.SimulatedStore.Others;
import dev.orrery.store.LeaderRow.Holder;
import dev.orrery.store.LeaderRow.Term;
import dev.orrery.store.StoreException;
import dev.orrery.store.StoreException.Kind;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A master: leads or stands by, as {@code Leadership} and {@code SchedulerVerticle} do. */
final class Master {

    static final Duration TTL = Duration.ofSeconds(4);
    private static final long RENEW = Dice.SECOND;
    private static final long RELOAD_PAUSE = Dice.SECOND;
    private static final long SAME_FAILURE = 2 * RELOAD_PAUSE;
    private static final Duration LEASE = Duration.ofSeconds(30);

    final Host host;
    final LeaderCalls calls;
    private final World world;
    private final Heard heard;
    private Optional<Tenure> tenure = Optional.empty();
    private Optional<Reign> reign = Optional.empty();
    private LeaderNotice notice = new LeaderNotice(0, "", List.of());
    private boolean asking;
    private boolean againAtOnce;
    private long failedLast;
    private long abstainUntil;
    private boolean full;
    private Others others = new Others(0, 0);

    /** The answer of a round: who leads, whether this master won, and who else lives. */
    private record Found(Term term, boolean won, Optional<Others> others) {}

    Master(World world, Host host) {
        this.world = world;
        this.host = host;
        this.heard = new Heard(host);
        this.calls = new LeaderCalls(world, host, this::heardOf);
    }

    void start() {
        host.start();
        calls.forgetAll();
        tenure = Optional.empty();
        reign = Optional.empty();
        notice = new LeaderNotice(0, "", List.of());
        asking = false;
        againAtOnce = false;
        heard.forgetAll();
        failedLast = host.nanos() - SAME_FAILURE;
        abstainUntil = host.nanos();
        full = false;
        others = new Others(0, 0);
        host.every(RENEW, this::round);
        host.every(RENEW / 4, this::check);
        round();
    }

    /** The process is gone, with all it knew. */
    void die() {
        reign.ifPresent(Reign::stop);
        reign = Optional.empty();
        tenure = Optional.empty();
        host.die();
        world.restartLater(this::start, host);
    }

    /** A vacant lead is worth a try at once. */
    private void heardOf() {
        if (calls.leader().node().isEmpty() && tenure.isEmpty()) {
            round();
        }
    }

    /** A graceful stop: the lease ends at once. */
    void resign() {
        Optional<Tenure> last = tenure;
        depose();
        if (last.isEmpty()) {
            die();
            return;
        }
        giveUp(last.get().epoch(), this::die);
    }

    private void giveUp(long epoch, Runnable then) {
        world.store.ask(
                host,
                () -> {
                    world.store.resign(epoch);
                    return epoch;
                },
                new SimulatedStore.Outcome<Long>() {
                    @Override
                    public void done(Long value) {
                        vacated();
                        then.run();
                    }

                    @Override
                    public void failed(Kind kind) {
                        then.run();
                    }
                });
    }

    private boolean holds(Tenure it) {
        return world.has(Bug.LEADER_ACTS_AFTER_ITS_TENURE) || it.holds(host.nanos());
    }

    /** Whether it may act as the leader of this epoch at this very moment. */
    boolean holds(long epoch) {
        return tenure.filter(it -> it.epoch() == epoch && holds(it)).isPresent();
    }

    private void check() {
        if (tenure.filter(it -> !holds(it)).isPresent()) {
            depose();
        }
    }

    private void depose() {
        if (tenure.isPresent()) {
            world.trace(() -> host + " leads no more");
        }
        tenure = Optional.empty();
        end();
    }

    private void end() {
        reign.ifPresent(Reign::stop);
        reign = Optional.empty();
    }

    /** The store refused a batch or a load: nothing counts, so begin again from what it has. */
    void failed(long epoch, Kind kind) {
        world.trace(() -> host + " cannot go on in epoch " + epoch + ": " + kind);
        if (kind == Kind.BROKEN) {
            die();
            return;
        }
        full |= kind == Kind.FULL;
        if (isPast(epoch)) {
            return;
        }
        end();
        boolean isAgain = host.nanos() - failedLast < SAME_FAILURE;
        failedLast = host.nanos();
        if (!isAgain) {
            beginAfter(epoch);
        } else if (others.masters() > 0) {
            standBack(epoch);
        } else {
            host.after(RELOAD_PAUSE, () -> beginAfter(epoch));
        }
    }

    private boolean isPast(long epoch) {
        return tenure.filter(it -> it.epoch() > epoch).isPresent();
    }

    private void beginAfter(long epoch) {
        if (!isPast(epoch)) {
            tenure = Optional.empty();
            round();
        }
    }

    /** Of a store that refuses again and again another master may know better. */
    private void standBack(long epoch) {
        if (tenure.filter(it -> it.epoch() == epoch).isPresent()) {
            world.trace(() -> host + " gives the lead away");
            world.count("hand-over");
            abstainUntil = host.nanos() + HandOver.ABSTENTION.toNanos();
            depose();
            giveUp(epoch, () -> {});
        }
    }

    private void round() {
        if (asking) {
            againAtOnce = tenure.isEmpty();
            return;
        }
        check();
        asking = true;
        Optional<Tenure> mine = tenure;
        boolean mayLead = host.nanos() - abstainUntil >= 0;
        int workers = heard.count();
        long sentAt = host.nanos();
        world.store.ask(
                host,
                () -> ask(mine, mayLead, workers),
                new SimulatedStore.Outcome<Found>() {
                    @Override
                    public void done(Found found) {
                        answered(mine, found, sentAt);
                        next();
                    }

                    @Override
                    public void failed(Kind kind) {
                        if (kind == Kind.BROKEN) {
                            die();
                            return;
                        }
                        full |= kind == Kind.FULL;
                        if (kind == Kind.FENCED && tenure.isPresent() && tenure.equals(mine)) {
                            depose();
                        }
                        next();
                    }
                });
        if (world.whims.has(Whim.LEADER_FREEZES_WHILE_RENEWING)) {
            world.freeze(host, world.chance.between(Dice.SECOND, 12 * Dice.SECOND));
        }
    }

    private void next() {
        asking = false;
        if (againAtOnce) {
            againAtOnce = false;
            round();
        }
    }

    private Found ask(Optional<Tenure> mine, boolean mayLead, int workers) throws StoreException {
        SimulatedStore store = world.store;
        Holder self = new Holder(host.life().toString(), "");
        boolean won = false;
        if (mine.isPresent()) {
            store.renew(mine.get().epoch(), TTL);
        } else if (mayLead) {
            won = store.acquire(self, TTL).isPresent();
        }
        return new Found(store.term(), won, register(workers));
    }

    /** That only informs, and ends no tenure. */
    private Optional<Others> register(int workers) {
        try {
            return Optional.of(world.store.report(host.name, workers, TTL));
        } catch (StoreException fault) {
            return Optional.empty();
        }
    }

    private void answered(Optional<Tenure> asked, Found found, long sentAt) {
        found.others().ifPresent(it -> others = it);
        check();
        long from = world.has(Bug.TENURE_COUNTS_FROM_THE_ANSWER) ? host.nanos() : sentAt;
        if (found.won()) {
            Tenure begun = Tenure.begun(found.term().epoch(), from, TTL);
            if (!begun.holds(host.nanos())) {
                return;
            }
            tenure = Optional.of(begun);
            heard.begin();
        } else if (tenure.isPresent() && tenure.equals(asked)) {
            tenure = tenure.map(it -> it.renewed(from, TTL));
        }
        String node = found.term().leased() ? found.term().holder().node() : "";
        noticed(new LeaderNotice(found.term().epoch(), node, List.of()));
        if (found.won()) {
            load(found.term().epoch());
        } else {
            handOverWhenDue();
        }
    }

    private void noticed(LeaderNotice now) {
        notice = now;
        boolean isOurs = now.node().equals(host.life().toString());
        full &= now.node().isEmpty() || (isOurs && reign.isEmpty());
        if (isOurs && reign.isPresent()) {
            announce();
        } else if (!isOurs) {
            calls.heard(now);
        }
    }

    private void vacated() {
        notice = notice.vacant();
        announce();
    }

    private void announce() {
        LeaderNotice now = notice;
        calls.heard(now);
        world.everyCaller(
                (to, other) -> world.network.send(host, to.life(), () -> other.heard(now)));
    }

    private void handOverWhenDue() {
        if (tenure.isPresent() && heard.isCutOff(others.workers())) {
            standBack(tenure.get().epoch());
        }
    }

    private void load(long epoch) {
        world.trace(() -> host + " is elected in epoch " + epoch);
        end();
        if (world.whims.has(Whim.LEADER_DIES_WHILE_LOADING)) {
            die();
            return;
        }
        Moment asked = host.moment();
        world.store.ask(
                host,
                () -> world.store.load(host, asked),
                new SimulatedStore.Outcome<LoadedState>() {
                    @Override
                    public void done(LoadedState loaded) {
                        loaded(epoch, loaded);
                    }

                    @Override
                    public void failed(Kind kind) {
                        Master.this.failed(epoch, kind);
                    }
                });
    }

    private void loaded(long epoch, LoadedState loaded) {
        if (!holds(epoch)) {
            return;
        }
        world.count("takeover");
        Duration lease =
                world.has(Bug.LEADER_RERUNS_BEFORE_THE_LEASE_ENDS) ? LEASE.dividedBy(3) : LEASE;
        Moment now = host.moment();
        Duration later =
                world.has(Bug.LEADER_GRANTS_NO_LEASE_TO_WHAT_IT_ADOPTS) ? LEASE.negated() : TTL;
        Moment from = new Moment(now.nanos() + later.toNanos(), now.wall());
        SchedulerMachine machine =
                SchedulerMachine.load(epoch, world.rules(lease), world.policies(), loaded, from);
        Reign begun = new Reign(world, this, machine);
        reign = Optional.of(begun);
        full = false;
        begun.begin();
        noticed(notice);
    }

    /** Answers what comes to the scheduler's address. */
    void serve(Message message, Consumer<Message> reply) {
        if (message instanceof WorkerMessage it) {
            heard.from(it.worker());
        }
        Optional<Reign> leads = reign.filter(it -> holds(it.epoch()));
        if (leads.isEmpty()) {
            reply.accept(full && message instanceof SchedulerRequest ? Reign.refusal() : latest());
            return;
        }
        Reign now = leads.get();
        if (message instanceof WorkerMessage it) {
            now.ask(id -> new Input.Told(id, it), reply);
        } else if (message instanceof SchedulerRequest it) {
            now.ask(id -> new Input.Asked(id, it), reply);
        } else {
            throw new IllegalStateException("not for a scheduler: " + message);
        }
    }

    /** Who leads instead; nobody, where the latest one known is this master. */
    private LeaderNotice latest() {
        LeaderNotice heardLatest = calls.leader();
        LeaderNotice latest = heardLatest.epoch() > notice.epoch() ? heardLatest : notice;
        return latest.node().equals(host.life().toString()) ? latest.vacant() : latest;
    }

    /** Whether it leads, as far as it knows. */
    boolean isLeading() {
        return reign.isPresent();
    }

    Optional<Reign> reign() {
        return reign;
    }

    Life life() {
        return host.life();
    }
}
