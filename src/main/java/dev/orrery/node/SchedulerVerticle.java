package dev.orrery.node;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.orrery.bus.Address;
import dev.orrery.bus.LeaderBus;
import dev.orrery.config.Settings;
import dev.orrery.model.Bytes;
import dev.orrery.node.leader.CommitLoop;
import dev.orrery.node.leader.Leadership;
import dev.orrery.node.leader.Offload;
import dev.orrery.node.leader.Reign;
import dev.orrery.node.leader.WorkersHeard;
import dev.orrery.protocol.ClusterView;
import dev.orrery.protocol.Message;
import dev.orrery.protocol.Message.LeaderNotice;
import dev.orrery.protocol.SchedulerRequest;
import dev.orrery.protocol.TopicMessage;
import dev.orrery.protocol.WorkerMessage;
import dev.orrery.scheduling.Moment;
import dev.orrery.scheduling.SchedulerMachine;
import dev.orrery.scheduling.policy.Policies;
import dev.orrery.scheduling.policy.Rules;
import dev.orrery.store.LogFiles;
import dev.orrery.store.Store;
import dev.orrery.store.StoreException;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A master's scheduler: while this master leads, carries messages to the pure core; while another
 * one does, answers who it is.
 */
public final class SchedulerVerticle extends VerticleBase implements Leadership.Events {

    private static final Logger LOG = LoggerFactory.getLogger(SchedulerVerticle.class);
    private static final Duration LAST_COMMIT_TIMEOUT = Duration.ofSeconds(10);
    private static final long UPKEEP_MILLIS = 1_000;
    private static final long RELOAD_PAUSE_MILLIS = 1_000;

    /** A failure this soon after the last one is the same, also after the pause between them. */
    private static final long SAME_FAILURE_NANOS = 2 * RELOAD_PAUSE_MILLIS * 1_000_000;

    private final LeaderBus bus;
    private final Parts parts;
    private final WorkersHeard heard;
    private final ExecutorService writer =
            Executors.newSingleThreadExecutor(Thread.ofPlatform().name("store-writer").factory());
    private final ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor();
    private final Promise<Void> settled = Promise.promise();
    private Optional<Leadership> leadership = Optional.empty();
    private Optional<Reign> reign = Optional.empty();

    /** Why nobody leads, when the store has no space for it. */
    private Optional<StoreException> full = Optional.empty();

    private long failedAt = System.nanoTime() - SAME_FAILURE_NANOS;
    private volatile boolean leading;
    private volatile @Nullable ClusterView lastView;

    /**
     * What a scheduler is made of.
     *
     * @param self this master, for the leader row
     * @param heartbeat of workers
     * @param fatal told when the node may not go on
     */
    record Parts(
            Store store,
            LogFiles logs,
            Rules rules,
            Policies policies,
            Leadership.Self self,
            Settings.Leadership pace,
            Duration heartbeat,
            Runnable fatal) {}

    SchedulerVerticle(LeaderBus bus, Parts parts) {
        this.bus = bus;
        this.parts = parts;
        this.heard = new WorkersHeard(parts.heartbeat());
    }

    /** Completes when it serves, and leads or knows who does. */
    @Override
    public Future<?> start() {
        Leadership started =
                new Leadership(context, parts.store(), parts.self(), parts.pace(), heard, this);
        leadership = Optional.of(started);
        vertx.setPeriodic(UPKEEP_MILLIS, id -> reign().ifPresent(this::keepUp));
        bus.onLeader(this::heardOf);
        String node = parts.self().node();
        return Future.join(
                        List.of(
                                bus.serve(Address.SCHEDULER, this::ask).ready(),
                                bus.serve(Address.TOPICS, this::askTopics).ready(),
                                bus.serve(Address.SCHEDULER.at(node), this::ask).ready(),
                                bus.serve(Address.TOPICS.at(node), this::askTopics).ready()))
                .compose(served -> {
                    started.start();
                    return settled.future();
                });
    }

    /** Gives the lead to another master, where there is one; this one goes on to forward. */
    Future<Void> stepDown() {
        Promise<Void> done = Promise.promise();
        context.runOnContext(on -> {
            if (leadership.filter(Leadership::hasOthers).isEmpty()) {
                done.complete();
                return;
            }
            end(new IllegalStateException("the master is stopping"));
            leadership.orElseThrow().resign().onComplete(done);
        });
        return done.future();
    }

    @Override
    public Future<?> stop() {
        end(new IllegalStateException("the master is stopping"));
        leadership.ifPresent(Leadership::close);
        writer.shutdown();
        readers.shutdown();
        return vertx.executeBlocking(
                        () -> writer.awaitTermination(LAST_COMMIT_TIMEOUT.toMillis(), MILLISECONDS))
                .eventually(
                        () -> leadership.map(Leadership::resign).orElse(Future.succeededFuture()));
    }

    private void end(Throwable cause) {
        leading = false;
        reign.ifPresent(it -> it.end(cause));
        reign = Optional.empty();
    }

    private void keepUp(Reign now) {
        now.keepUp().onSuccess(view -> lastView = view);
    }

    /** A vacant lead is worth a try at once. */
    private void heardOf(LeaderNotice notice) {
        if (notice.node().isEmpty()) {
            context.runOnContext(on -> leadership.ifPresent(Leadership::hurry));
        }
    }

    @Override
    public void noticed(LeaderNotice notice) {
        boolean isOurs = notice.node().equals(parts.self().node());
        if (isOurs && !leading) {
            return;
        }
        if (isOurs) {
            bus.announce(notice);
        } else {
            bus.learn(notice);
        }
        if (!notice.node().isEmpty()) {
            full = Optional.empty();
            settled.tryComplete();
        }
    }

    @Override
    public void storeFull(StoreException fault) {
        full = Optional.of(fault);
    }

    @Override
    public void storeBroken(StoreException fault) {
        giveUp(fault);
    }

    /** Fails the start, which says why; a node that runs is started again, to say it then. */
    private void giveUp(StoreException fault) {
        LOG.atError().setCause(fault).log("the store cannot go on; stopping the node");
        end(fault);
        if (!settled.tryFail(fault)) {
            parts.fatal().run();
        }
    }

    @Override
    public void vacated(LeaderNotice notice) {
        bus.announce(notice);
    }

    @Override
    public void elected(long epoch) {
        end(new IllegalStateException("a new epoch begins"));
        off(writer, () -> load(epoch))
                .onSuccess(this::reign)
                .onFailure(fault -> failed(epoch, faultOf(fault)));
    }

    /** What was no fault of the store is tried again like one. */
    private static StoreException faultOf(Throwable fault) {
        return fault instanceof StoreException it
                ? it
                : new StoreException(
                        StoreException.Kind.UNAVAILABLE, "the state could not be loaded", fault);
    }

    @Override
    public void deposed(String cause) {
        LOG.atWarn().addKeyValue("cause", cause).log("leading no more");
        end(new IllegalStateException("this master leads no more: " + cause));
    }

    private record Led(SchedulerMachine machine, Bytes key) {}

    private Led load(long epoch) throws StoreException {
        Bytes key = Bytes.copyOf(parts.store().tokens().secret("attempts"));
        return new Led(
                SchedulerMachine.load(
                        epoch, parts.rules(), parts.policies(), parts.store().load(), adopted()),
                key);
    }

    /**
     * When the last leader's tenure is over at the latest: its lease may have ended early, by a
     * jump of the store's clock, and it answers heartbeats until its own clock says so.
     */
    private Moment adopted() {
        Moment now = CommitLoop.now();
        return new Moment(now.nanos() + parts.pace().ttl().toNanos(), now.wall());
    }

    private void reign(Led led) {
        long epoch = led.machine().epoch();
        if (!holds(epoch)) {
            return;
        }
        Reign begun =
                new Reign(
                        new Reign.Place(
                                context,
                                bus,
                                writer,
                                parts.store(),
                                parts.logs(),
                                parts.self().dataUri(),
                                led.key()),
                        led.machine(),
                        () -> holds(epoch),
                        fault -> failed(epoch, fault));
        reign = Optional.of(begun);
        leading = true;
        full = Optional.empty();
        LOG.atInfo().addKeyValue("epoch", epoch).log("leading");
        begun.begin();
        leadership.ifPresent(it -> noticed(it.notice()));
    }

    private boolean holds(long epoch) {
        return leadership.filter(it -> it.holds(epoch)).isPresent();
    }

    /** The epoch that may be acted in at this very moment. */
    private Optional<Reign> reign() {
        return reign.filter(it -> holds(it.epoch()));
    }

    /** Answers what comes to the scheduler's address. */
    private Future<Message> ask(Message message) {
        if (message instanceof LeaderNotice) {
            return notice();
        }
        if (message instanceof WorkerMessage said) {
            heard.from(said.worker());
        }
        Optional<Reign> now = reign();
        if (now.isPresent()) {
            return now.get().ask(message);
        }
        return full.isPresent() && message instanceof SchedulerRequest
                ? Future.succeededFuture(Reign.refusal(full.get()))
                : notice();
    }

    /** Who leads instead; nobody, where the latest one known is this master. */
    private Future<Message> notice() {
        LeaderNotice own = leadership.map(Leadership::notice).orElse(LeaderNotice.NONE);
        LeaderNotice latest = bus.leader().epoch() > own.epoch() ? bus.leader() : own;
        boolean isSelf = latest.node().equals(parts.self().node());
        return Future.succeededFuture(isSelf ? latest.vacant() : latest);
    }

    private Future<Message> askTopics(Message message) {
        if (message instanceof LeaderNotice) {
            return notice();
        }
        if (!(message instanceof TopicMessage question)) {
            return Future.failedFuture("not a question about topics");
        }
        Optional<Reign> leads = reign();
        if (leads.isEmpty()) {
            return notice();
        }
        Reign now = leads.get();
        return switch (question) {
            case TopicMessage.ReadPulses it -> Future.succeededFuture(now.pulses());
            case TopicMessage.LogGrew it -> {
                now.logGrown(it.size());
                yield Future.succeededFuture(it);
            }
            case TopicMessage.Subscribe it -> {
                now.subscribe(it);
                yield off(readers, () -> now.answer(it));
            }
            default -> off(readers, () -> now.answer(question));
        };
    }

    /** Whether this master leads just now; safe from any thread. */
    boolean isLeading() {
        return leading;
    }

    /** The picture of the last second, for metrics; safe from any thread. */
    Optional<ClusterView> view() {
        return Optional.ofNullable(leading ? lastView : null);
    }

    /** Tells watchers, by the leader, that a captured stream grew here; safe from any thread. */
    void logGrown(TopicMessage.LogSize size) {
        if (leading) {
            context.runOnContext(on -> reign.ifPresent(it -> it.logGrown(size)));
        } else {
            bus.send(Address.TOPICS, new TopicMessage.LogGrew(size));
        }
    }

    /** The store refused a batch or a load: nothing counts, so begin again from what it has. */
    private void failed(long epoch, StoreException fault) {
        switch (fault.kind()) {
            case BROKEN, LOCKED -> giveUp(fault);
            case FULL -> {
                full = Optional.of(fault);
                again(epoch, "the store is full; loading what is on disk", fault);
            }
            case CONFLICT -> again(epoch, "the store knows better; loading what it has", fault);
            case UNAVAILABLE -> again(epoch, "the store was lost; loading what it has", fault);
            case FENCED -> again(epoch, "another master leads in a later epoch", fault);
        }
    }

    /** Of a store that refuses again and again another master may know better, or time. */
    private void again(long epoch, String what, StoreException fault) {
        if (leadership.filter(it -> it.isPast(epoch)).isPresent()) {
            return;
        }
        LOG.atError().setCause(fault).log(what);
        end(fault);
        long before = failedAt;
        failedAt = System.nanoTime();
        if (failedAt - before >= SAME_FAILURE_NANOS) {
            beginAfter(epoch);
        } else if (leadership.filter(Leadership::hasOthers).isPresent()) {
            leadership.ifPresent(it -> it.standBack(epoch, what));
        } else {
            vertx.setTimer(RELOAD_PAUSE_MILLIS, id -> beginAfter(epoch));
        }
    }

    private void beginAfter(long epoch) {
        leadership.ifPresent(it -> it.beginAfter(epoch));
    }

    private <T> Future<T> off(ExecutorService executor, Callable<T> work) {
        return Offload.call(context, executor, work);
    }
}
