package dev.orrery.node.leader;

import dev.orrery.bus.Address;
import dev.orrery.bus.Bus;
import dev.orrery.bus.LeadLostException;
import dev.orrery.model.Bytes;
import dev.orrery.model.Problem;
import dev.orrery.model.ProblemCode;
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
import dev.orrery.store.LogFiles;
import dev.orrery.store.Store;
import dev.orrery.store.StoreException;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * One epoch of leadership: the machine with its loop, and where its effects go. Confined to one
 * context; ends for good.
 */
public final class Reign implements CommitLoop.Outlet {

    private static final Logger LOG = LoggerFactory.getLogger(Reign.class);
    private static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(2);
    private static final long WAKE_SLACK_NANOS = 1_000_000;

    private final Vertx vertx;
    private final Bus bus;
    private final String dataUri;
    private final Bytes attemptKey;
    private final long epoch;
    private final BooleanSupplier holds;
    private final CommitLoop loop;
    private final AssignmentChannels channels;
    private final Publisher publisher;
    private final TopicDesk desk;
    private Optional<Long> wake = Optional.empty();
    private long wakeAt;
    private boolean ended;

    /**
     * Where an epoch takes place.
     *
     * @param writer commits, one at a time
     * @param dataUri where this master serves bytes to workers, scheme to port
     * @param attemptKey under which attempts' tokens are minted
     */
    public record Place(
            Context context,
            Bus bus,
            Executor writer,
            Store store,
            LogFiles logs,
            String dataUri,
            Bytes attemptKey) {}

    /**
     * An epoch that begins when {@link #begin} is called.
     *
     * @param holds whether this master may act as the leader at this very moment
     * @param failed told when the store refused a batch, after which nothing counts
     */
    public Reign(
            Place place,
            SchedulerMachine machine,
            BooleanSupplier holds,
            Consumer<StoreException> failed) {
        this.vertx = place.context().owner();
        this.bus = place.bus();
        this.dataUri = place.dataUri();
        this.attemptKey = place.attemptKey();
        this.epoch = machine.epoch();
        this.holds = holds;
        this.loop =
                new CommitLoop(
                        place.context(), place.writer(), place.store(), machine, this, failed);
        this.channels = new AssignmentChannels(vertx, bus, epoch, this::pack);
        this.publisher = new Publisher(vertx, bus, epoch, this::view);
        this.desk =
                new TopicDesk(
                        place.store().jobs(),
                        place.store().tokens(),
                        place.logs(),
                        place.dataUri());
    }

    /** Looks at what is due. */
    public void begin() {
        loop.feed(new Input.Tick());
        scheduleWake();
    }

    /** Ends: takes no input, lets nothing out, and fails everybody who waits. */
    public void end(Throwable cause) {
        ended = true;
        wake.ifPresent(vertx::cancelTimer);
        wake = Optional.empty();
        channels.closeAll();
        loop.stop(cause);
    }

    /** The epoch that this is. */
    public long epoch() {
        return epoch;
    }

    /** Answers requests and what workers say; a refusal is an answer too. */
    public Future<Message> ask(Message message) {
        if (loop.isFull() && message instanceof SchedulerRequest) {
            return Future.succeededFuture(
                    new SchedulerReply.Refused(
                            Problem.of(
                                    ProblemCode.TOO_MANY,
                                    "Too many requests wait for the disk.",
                                    "Try again after the time in Retry-After.")));
        }
        Future<Message> reply =
                switch (message) {
                    case SchedulerRequest it -> loop.ask(id -> new Input.Asked(id, it));
                    case WorkerMessage it -> loop.ask(id -> new Input.Told(id, it));
                    default ->
                            throw new IllegalArgumentException("not for a scheduler: " + message);
                };
        scheduleWake();
        return reply.recover(fault -> instead(message, fault));
    }

    /** What failed with the whole epoch is for the next leader; for space people have to care. */
    private static Future<Message> instead(Message message, Throwable fault) {
        boolean isFull =
                fault instanceof StoreException it && it.kind() == StoreException.Kind.FULL;
        return isFull && message instanceof SchedulerRequest
                ? Future.succeededFuture(refusal(((StoreException) fault)))
                : Future.failedFuture(new LeadLostException(String.valueOf(fault.getMessage())));
    }

    /** The answer to a request while the store has no space. */
    public static SchedulerReply refusal(StoreException full) {
        return new SchedulerReply.Refused(
                Problem.of(
                        ProblemCode.STORE_FULL,
                        "Nothing was changed: " + full.getMessage(),
                        "Try again when there is space."));
    }

    /** Takes a wish for live events. */
    public void subscribe(TopicMessage.Subscribe wish) {
        publisher.subscribe(wish);
    }

    /** How busy the cluster was until now. */
    public TopicMessage.PulsesRead pulses() {
        return new TopicMessage.PulsesRead(publisher.pulses());
    }

    /** The answer to a question about topics. Blocking. */
    public Message answer(TopicMessage question) {
        return desk.answer(question, epoch);
    }

    /** Tells watchers that a captured stream grew. */
    public void logGrown(TopicMessage.LogSize size) {
        publisher.logGrown(size);
    }

    /** A second is over. */
    public Future<ClusterView> keepUp() {
        publisher.forgetExpired();
        return view().onSuccess(publisher::beat);
    }

    private Future<ClusterView> view() {
        return loop.ask(id -> new Input.Asked(id, new SchedulerRequest.DescribeCluster()))
                .map(reply ->
                        switch ((SchedulerReply) reply) {
                            case SchedulerReply.Cluster it -> it.view();
                            case SchedulerReply.Accepted it -> throw unexpected(it);
                            case SchedulerReply.Refused it -> throw unexpected(it);
                            case SchedulerReply.Verdicts it -> throw unexpected(it);
                            case SchedulerReply.Done it -> throw unexpected(it);
                            case SchedulerReply.Explained it -> throw unexpected(it);
                        });
    }

    private static IllegalStateException unexpected(Message message) {
        return new IllegalStateException("unexpected: " + message);
    }

    private WorkerCommand.Assignment pack(Effect.Assign effect) {
        AttemptToken.Claims claims =
                new AttemptToken.Claims(
                        effect.spec().namespace(), effect.attempt(), effect.worker(), epoch);
        String token = AttemptToken.mint(claims, attemptKey.toArray());
        return new WorkerCommand.Assignment(
                effect.attempt(), effect.spec(), effect.number(), token, dataUri);
    }

    @Override
    public void happened(List<StateEvent> events) {
        if (ended) {
            return;
        }
        for (StateEvent event : events) {
            switch (event) {
                case StateEvent.Durable it -> {
                    if (it.event() instanceof JobEvent job) {
                        publisher.happened(job, it.namespace());
                    }
                }
                case StateEvent.WorkerJoined it ->
                        channels.opened(it.worker(), it.incarnation(), it.session());
                case StateEvent.WorkerLeft it -> channels.closed(it.worker());
                case StateEvent.LeaseRenewed it -> {}
                case StateEvent.Recalled it -> {}
                case StateEvent.SubmissionsForgotten it -> {}
                case StateEvent.ScheduleHeld it -> {}
                case StateEvent.Watched it -> {}
                case StateEvent.Kept it -> {}
                case StateEvent.Freed it -> {}
            }
        }
    }

    /** Commands nothing once the tenure is over, even what was decided and stored before. */
    @Override
    public void carryOut(Effect effect) {
        if (!holds()) {
            return;
        }
        switch (effect) {
            case Effect.Assign it -> {
                channels.add(it);
                publisher.assigned(it);
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
                    publisher.progressed(
                            new TopicMessage.TopicEvent.Progress(
                                    it.attempt(), it.at(), it.fraction(), it.text()));
            case Effect.NodesChanged it -> publisher.clusterChanged();
            case Effect.Reply it -> throw new IllegalStateException("answered already: " + it);
            case Effect.Answer it -> throw new IllegalStateException("answered already: " + it);
        }
    }

    @Override
    public void released() {
        if (!ended) {
            channels.send();
            publisher.flush();
        }
    }

    @Override
    public boolean holds() {
        return !ended && holds.getAsBoolean();
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
        if (ended) {
            return;
        }
        Duration wait = loop.machine().wakeAfter(CommitLoop.now());
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
        if (holds()) {
            loop.feed(new Input.Tick());
        }
        scheduleWake();
    }
}
