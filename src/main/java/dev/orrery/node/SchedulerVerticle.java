package dev.orrery.node;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.orrery.bus.Address;
import dev.orrery.bus.Bus;
import dev.orrery.model.Bytes;
import dev.orrery.model.Problem;
import dev.orrery.model.ProblemCode;
import dev.orrery.node.leader.AssignmentChannels;
import dev.orrery.node.leader.CommitLoop;
import dev.orrery.node.leader.Publisher;
import dev.orrery.node.leader.TopicDesk;
import dev.orrery.protocol.AttemptToken;
import dev.orrery.protocol.ClusterView;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.Message;
import dev.orrery.protocol.SchedulerReply;
import dev.orrery.protocol.SchedulerRequest;
import dev.orrery.protocol.TopicMessage;
import dev.orrery.protocol.WorkerCommand;
import dev.orrery.protocol.WorkerMessage;
import dev.orrery.scheduling.Effect;
import dev.orrery.scheduling.Input;
import dev.orrery.scheduling.SchedulerMachine;
import dev.orrery.scheduling.StateEvent;
import dev.orrery.scheduling.policy.Policies;
import dev.orrery.scheduling.policy.Rules;
import dev.orrery.store.LeaderRow;
import dev.orrery.store.LogFiles;
import dev.orrery.store.Store;
import dev.orrery.store.StoreException;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The leader's scheduler: carries messages to the pure core, and its effects out once durable. */
public final class SchedulerVerticle extends VerticleBase implements CommitLoop.Outlet {

    private static final Logger LOG = LoggerFactory.getLogger(SchedulerVerticle.class);
    private static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration LAST_COMMIT_TIMEOUT = Duration.ofSeconds(10);
    private static final long UPKEEP_MILLIS = 1_000;
    private static final long RELOAD_PAUSE_MILLIS = 1_000;
    private static final Duration TTL = Duration.ofSeconds(4);
    private static final long WAKE_SLACK_NANOS = 1_000_000;

    private final Bus bus;
    private final Parts parts;
    private final ExecutorService writer =
            Executors.newSingleThreadExecutor(Thread.ofPlatform().name("store-writer").factory());
    private final ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor();
    private Optional<Reign> reign = Optional.empty();
    private Optional<Long> wake = Optional.empty();
    private long wakeAt;
    private volatile boolean leading;
    private volatile @Nullable ClusterView lastView;

    /**
     * What a scheduler is made of.
     *
     * @param holder the name of this node, for the leader row
     * @param dataUri where this master serves bytes to workers, scheme to port
     * @param fatal told when the node may not go on
     */
    record Parts(
            Store store,
            LogFiles logs,
            Rules rules,
            Policies policies,
            String holder,
            String dataUri,
            Runnable fatal) {}

    /** One epoch of leadership. */
    private record Reign(
            CommitLoop loop, AssignmentChannels channels, Publisher publisher, TopicDesk desk) {}

    SchedulerVerticle(Bus bus, Parts parts) {
        this.bus = bus;
        this.parts = parts;
    }

    @Override
    public Future<?> start() {
        vertx.setPeriodic(UPKEEP_MILLIS, id -> reign.ifPresent(this::keepUp));
        return lead().compose(led ->
                Future.join(
                        bus.serve(Address.SCHEDULER, this::ask).ready(),
                        bus.serve(Address.TOPICS, this::askTopics).ready()));
    }

    @Override
    public Future<?> stop() {
        reign.ifPresent(it -> {
            it.loop().stop(new IllegalStateException("the master is stopping"));
            it.channels().closeAll();
        });
        reign = Optional.empty();
        leading = false;
        writer.shutdown();
        readers.shutdown();
        return vertx.executeBlocking(
                () -> writer.awaitTermination(LAST_COMMIT_TIMEOUT.toMillis(), MILLISECONDS));
    }

    private void keepUp(Reign now) {
        now.publisher().forgetExpired();
        view(now.loop())
                .onSuccess(view -> {
                    lastView = view;
                    now.publisher().beat(view);
                });
    }

    private Future<Void> lead() {
        return off(
                        writer,
                        () -> {
                            long epoch =
                                    parts.store()
                                            .leaderRow()
                                            .acquire(
                                                    new LeaderRow.Holder(
                                                            parts.holder(), parts.dataUri()),
                                                    TTL)
                                            .orElseThrow();
                            Bytes key = Bytes.copyOf(parts.store().tokens().secret("attempts"));
                            return new Led(
                                    SchedulerMachine.load(
                                            epoch,
                                            parts.rules(),
                                            parts.policies(),
                                            parts.store().load(),
                                            CommitLoop.now()),
                                    key);
                        })
                .onSuccess(this::reign)
                .mapEmpty();
    }

    private record Led(SchedulerMachine machine, Bytes key) {}

    private void reign(Led led) {
        long epoch = led.machine().epoch();
        CommitLoop loop =
                new CommitLoop(context, writer, parts.store(), led.machine(), this, this::failed);
        AssignmentChannels channels =
                new AssignmentChannels(vertx, bus, epoch, effect -> pack(effect, led, epoch));
        Publisher publisher = new Publisher(vertx, bus, epoch, () -> view(loop));
        TopicDesk desk =
                new TopicDesk(
                        parts.store().jobs(),
                        parts.store().tokens(),
                        parts.logs(),
                        parts.dataUri());
        reign = Optional.of(new Reign(loop, channels, publisher, desk));
        leading = true;
        LOG.atInfo().addKeyValue("epoch", epoch).log("leading");
        loop.feed(new Input.Tick());
        scheduleWake();
    }

    private WorkerCommand.Assignment pack(Effect.Assign effect, Led led, long epoch) {
        AttemptToken.Claims claims =
                new AttemptToken.Claims(
                        effect.spec().namespace(), effect.attempt(), effect.worker(), epoch);
        String token = AttemptToken.mint(claims, led.key().toArray());
        return new WorkerCommand.Assignment(
                effect.attempt(), effect.spec(), effect.number(), token, parts.dataUri());
    }

    private static Future<ClusterView> view(CommitLoop loop) {
        return loop.ask(id -> new Input.Asked(id, new SchedulerRequest.DescribeCluster()))
                .map(reply ->
                        switch ((SchedulerReply) reply) {
                            case SchedulerReply.Cluster it -> it.view();
                            case SchedulerReply.Accepted it -> throw unexpected(it);
                            case SchedulerReply.Refused it -> throw unexpected(it);
                            case SchedulerReply.Done it -> throw unexpected(it);
                            case SchedulerReply.Explained it -> throw unexpected(it);
                        });
    }

    private static IllegalStateException unexpected(Message message) {
        return new IllegalStateException("unexpected: " + message);
    }

    /** Answers what comes to the scheduler's address. */
    private Future<Message> ask(Message message) {
        if (reign.isEmpty()) {
            return refusal(
                    message, ProblemCode.UNAVAILABLE, "The master is starting.", "Try again.");
        }
        CommitLoop loop = reign.get().loop();
        if (loop.isFull() && message instanceof SchedulerRequest) {
            return refusal(
                    message,
                    ProblemCode.TOO_MANY,
                    "Too many requests wait for the disk.",
                    "Try again after the time in Retry-After.");
        }
        Future<Message> reply =
                switch (message) {
                    case SchedulerRequest it -> loop.ask(id -> new Input.Asked(id, it));
                    case WorkerMessage it -> loop.ask(id -> new Input.Told(id, it));
                    default -> Future.failedFuture("not for a scheduler: " + message);
                };
        scheduleWake();
        return message instanceof SchedulerRequest
                ? reply.recover(fault ->
                        refusal(
                                message,
                                storeFull(fault) ? ProblemCode.STORE_FULL : ProblemCode.UNAVAILABLE,
                                "Nothing was changed: " + fault.getMessage(),
                                "Try again when there is space, or in a moment."))
                : reply;
    }

    private static boolean storeFull(Throwable fault) {
        return fault instanceof StoreException it && it.kind() == StoreException.Kind.FULL;
    }

    private static Future<Message> refusal(
            Message message, ProblemCode code, String detail, String remedy) {
        return message instanceof SchedulerRequest
                ? Future.succeededFuture(
                        new SchedulerReply.Refused(Problem.of(code, detail, remedy)))
                : Future.failedFuture(detail);
    }

    private Future<Message> askTopics(Message message) {
        if (reign.isEmpty() || !(message instanceof TopicMessage question)) {
            return Future.failedFuture("no leader, or not a question about topics");
        }
        Reign now = reign.get();
        if (question instanceof TopicMessage.Subscribe wish) {
            now.publisher().subscribe(wish);
        }
        if (question instanceof TopicMessage.ReadPulses) {
            return Future.succeededFuture(new TopicMessage.PulsesRead(now.publisher().pulses()));
        }
        return off(readers, () -> now.desk().answer(question, now.loop().machine().epoch()));
    }

    /** Whether this master leads just now; safe from any thread. */
    boolean isLeading() {
        return leading;
    }

    /** The picture of the last second, for metrics; safe from any thread. */
    Optional<ClusterView> view() {
        return Optional.ofNullable(lastView);
    }

    /** Tells watchers that a captured stream grew. */
    void logGrown(TopicMessage.LogSize size) {
        context.runOnContext(on -> reign.ifPresent(it -> it.publisher().logGrown(size)));
    }

    @Override
    public void happened(List<StateEvent> events) {
        if (reign.isEmpty()) {
            return;
        }
        Reign now = reign.get();
        for (StateEvent event : events) {
            switch (event) {
                case StateEvent.Durable it -> {
                    if (it.event() instanceof JobEvent job) {
                        now.publisher().happened(job, it.namespace());
                    }
                }
                case StateEvent.WorkerJoined it ->
                        now.channels().opened(it.worker(), it.incarnation(), it.session());
                case StateEvent.WorkerLeft it -> now.channels().closed(it.worker());
                case StateEvent.LeaseRenewed it -> {}
                case StateEvent.Recalled it -> {}
                case StateEvent.SubmissionsForgotten it -> {}
            }
        }
    }

    @Override
    public void carryOut(Effect effect) {
        if (reign.isEmpty()) {
            return;
        }
        Reign now = reign.get();
        long epoch = now.loop().machine().epoch();
        switch (effect) {
            case Effect.Assign it -> {
                now.channels().add(it);
                now.publisher().assigned(it);
            }
            case Effect.Stop it ->
                    command(
                            Address.worker(it.worker(), it.incarnation()),
                            new WorkerCommand.Stop(
                                    epoch, it.incarnation(), it.attempts(), it.reason()));
            case Effect.Recall it ->
                    command(
                            Address.worker(it.worker(), it.incarnation()),
                            new WorkerCommand.Recall(epoch, it.incarnation(), it.attempts()));
            case Effect.Progressed it ->
                    now.publisher()
                            .progressed(
                                    new TopicMessage.TopicEvent.Progress(
                                            it.attempt(), it.at(), it.fraction(), it.text()));
            case Effect.NodesChanged it -> now.publisher().clusterChanged();
            case Effect.Reply it -> throw new IllegalStateException("answered already: " + it);
            case Effect.Answer it -> throw new IllegalStateException("answered already: " + it);
        }
    }

    @Override
    public void released() {
        reign.ifPresent(it -> {
            it.channels().send();
            it.publisher().flush();
        });
    }

    private void command(Address worker, WorkerCommand command) {
        bus.request(worker, command, COMMAND_TIMEOUT)
                .onFailure(fault ->
                        LOG.atDebug()
                                .addKeyValue("address", worker)
                                .log("command not taken; a heartbeat will repeat it"));
    }

    /** Arms the timer of the next tick, unless one as early is armed. */
    private void scheduleWake() {
        if (reign.isEmpty()) {
            return;
        }
        Duration wait = reign.get().loop().machine().wakeAfter(CommitLoop.now());
        long at = System.nanoTime() + wait.toNanos();
        if (wake.isPresent() && wakeAt - at <= WAKE_SLACK_NANOS) {
            return;
        }
        wake.ifPresent(vertx::cancelTimer);
        wakeAt = at;
        wake = Optional.of(vertx.setTimer(Math.max(1, wait.toMillis()), id -> tick()));
    }

    private void tick() {
        wake = Optional.empty();
        reign.ifPresent(it -> it.loop().feed(new Input.Tick()));
        scheduleWake();
    }

    /** The store refused a batch: nothing of it counts, so begin again from what is on disk. */
    private void failed(StoreException fault) {
        reign.ifPresent(it -> it.channels().closeAll());
        reign = Optional.empty();
        leading = false;
        switch (fault.kind()) {
            case FULL -> {
                LOG.atError().setCause(fault).log("the store is full; loading what is on disk");
                leadAgain();
            }
            case CONFLICT -> {
                LOG.atError().setCause(fault).log("the store knows better; loading what it has");
                leadAgain();
            }
            case FENCED, UNAVAILABLE, BROKEN, LOCKED -> {
                LOG.atError().setCause(fault).log("the store cannot go on; stopping the node");
                parts.fatal().run();
            }
        }
    }

    private void leadAgain() {
        lead().onFailure(fault -> {
            LOG.atError().setCause(fault).log("cannot lead yet; trying again");
            vertx.setTimer(RELOAD_PAUSE_MILLIS, id -> leadAgain());
        });
    }

    private <T> Future<T> off(ExecutorService executor, Callable<T> work) {
        CompletableFuture<T> done =
                CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return work.call();
                            } catch (Exception fault) {
                                throw new CompletionException(fault);
                            }
                        },
                        executor);
        return Future.fromCompletionStage(done, context);
    }
}
