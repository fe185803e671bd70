package dev.orrery.simulation;

import dev.orrery.model.AttemptId;
import dev.orrery.model.Problem;
import dev.orrery.model.ProblemCode;
import dev.orrery.protocol.DurableEvent;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.Message;
import dev.orrery.protocol.SchedulerReply;
import dev.orrery.protocol.SchedulerRequest;
import dev.orrery.protocol.WorkerCommand;
import dev.orrery.protocol.WorkerMessage;
import dev.orrery.protocol.WorkerReply;
import dev.orrery.scheduling.Decision;
import dev.orrery.scheduling.Effect;
import dev.orrery.scheduling.Input;
import dev.orrery.scheduling.Moment;
import dev.orrery.scheduling.SchedulerMachine;
import dev.orrery.scheduling.StateEvent;
import dev.orrery.simulation.Host.Life;
import dev.orrery.store.StoreException.Kind;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;

/** One epoch of leadership: group commit around the real machine, as {@code CommitLoop} does it. */
final class Reign {

    private final World world;
    private final Master master;
    private final Host host;
    private final Channels channels;
    private final Map<Long, Consumer<Message>> askers = new TreeMap<>();
    private final Set<Long> requests = new HashSet<>();
    private SchedulerMachine machine;
    private Batch open = new Batch();
    private boolean committing;
    private boolean stopped;
    private long replies;
    private Optional<Long> wakeAt = Optional.empty();

    private static final class Batch {
        final List<StateEvent> events = new ArrayList<>();
        final List<DurableEvent> durable = new ArrayList<>();
        final List<Effect> effects = new ArrayList<>();
        int inputs;
    }

    Reign(World world, Master master, SchedulerMachine machine) {
        this.world = world;
        this.master = master;
        this.host = master.host;
        this.machine = machine;
        this.channels = new Channels(world, host, machine.epoch());
    }

    void begin() {
        feed(new Input.Tick());
    }

    SchedulerMachine machine() {
        return machine;
    }

    Moment moment() {
        return host.moment();
    }

    /** Whether everything that was decided is durable and out. */
    boolean isQuiet() {
        return !committing && open.inputs == 0 && !stopped;
    }

    void ask(Function<Long, Input> input, Consumer<Message> reply) {
        replies++;
        askers.put(replies, reply);
        Input asked = input.apply(replies);
        if (asked instanceof Input.Asked) {
            requests.add(replies);
        }
        feed(asked);
    }

    private void feed(Input input) {
        if (stopped || !holds()) {
            return;
        }
        world.witness.acts(host.life(), machine.epoch());
        Decision decision = machine.step(distort(input), host.moment());
        open.inputs++;
        for (StateEvent event : decision.events()) {
            open.events.add(event);
            if (event instanceof StateEvent.Durable durable) {
                open.durable.add(durable.event());
            }
        }
        for (Effect effect : decision.effects()) {
            if (isEarly(effect)) {
                carryOut(effect);
                channels.send();
            } else {
                open.effects.add(effect);
            }
        }
        if (world.has(Bug.LEADER_PUBLISHES_BEFORE_COMMIT)) {
            publish(decision.events());
        }
        if (world.whims.has(Whim.LEADER_DIES_BEFORE_COMMIT)) {
            master.die();
            return;
        }
        if (!committing) {
            flush();
        }
        scheduleWake();
    }

    private boolean isEarly(Effect effect) {
        return switch (effect) {
            case Effect.Reply it -> world.has(Bug.LEADER_ANSWERS_BEFORE_COMMIT);
            case Effect.Assign it -> world.has(Bug.LEADER_ASSIGNS_BEFORE_COMMIT);
            case Effect.Answer it -> false;
            case Effect.Stop it -> false;
            case Effect.Recall it -> false;
            case Effect.Progressed it -> false;
            case Effect.NodesChanged it -> false;
        };
    }

    private Input distort(Input input) {
        return switch (input) {
            case Input.Asked(long replyTo, SchedulerRequest.Submit it)
                    when world.has(Bug.DEDUPLICATION_IS_FORGOTTEN) ->
                    new Input.Asked(
                            replyTo,
                            new SchedulerRequest.Submit(it.job(), it.spec(), Optional.empty()));
            case Input.Told(long replyTo, WorkerMessage.Hello it) ->
                    new Input.Told(replyTo, distort(it));
            case Input.Told(long replyTo, WorkerMessage.Reports it)
                    when world.has(Bug.STALE_REPORT_IS_ACCEPTED) ->
                    new Input.Told(replyTo, world.witness.asIfPresent(it));
            case Input.Asked it -> it;
            case Input.Told it -> it;
            case Input.Tick it -> it;
        };
    }

    private WorkerMessage.Hello distort(WorkerMessage.Hello it) {
        boolean isOldBelieved = world.has(Bug.OLD_HELLO_IS_BELIEVED);
        return new WorkerMessage.Hello(
                it.worker(),
                it.incarnation(),
                it.session(),
                isOldBelieved ? WorkerMessage.Hello.EPOCH_NOT_TOLD : it.epoch(),
                it.offer(),
                world.has(Bug.HANDS_OF_A_HELLO_ARE_IGNORED) ? List.of() : it.live(),
                it.note());
    }

    private void flush() {
        Batch batch = open;
        if (batch.inputs == 0) {
            return;
        }
        open = new Batch();
        if (batch.durable.isEmpty()) {
            release(batch);
            return;
        }
        committing = true;
        world.store.ask(
                host,
                () -> world.store.commit(machine.epoch(), batch.durable),
                new SimulatedStore.Outcome<Integer>() {
                    @Override
                    public void done(Integer value) {
                        committed(batch);
                    }

                    @Override
                    public void failed(Kind kind) {
                        refused(kind);
                    }
                });
        if (world.whims.has(Whim.LEADER_DIES_DURING_COMMIT)) {
            master.die();
        }
    }

    private void committed(Batch batch) {
        committing = false;
        if (stopped) {
            return;
        }
        if (world.whims.has(Whim.LEADER_DIES_AFTER_COMMIT)) {
            master.die();
            return;
        }
        if (world.whims.has(Whim.LEADER_FREEZES_AFTER_COMMIT)) {
            world.freeze(host, world.chance.between(Dice.SECOND, 40 * Dice.SECOND));
            host.run(host.life().number(), () -> letOut(batch));
            return;
        }
        letOut(batch);
    }

    /** What is stored is true, whoever leads meanwhile; what only reads may have grown old. */
    private void letOut(Batch batch) {
        if (stopped) {
            return;
        }
        release(batch);
        if (!committing && holds()) {
            flush();
        }
        if (isQuiet()) {
            world.witness.quiet(this);
        }
    }

    /** A batch of an epoch that has ended says nothing of the one that followed; damage does. */
    private void refused(Kind kind) {
        if (stopped && kind != Kind.BROKEN) {
            return;
        }
        boolean isOther = kind != Kind.FENCED && kind != Kind.BROKEN;
        if (isOther && world.has(Bug.LEADER_KEEPS_ITS_STATE_AFTER_A_FAILED_COMMIT)) {
            committing = false;
            flush();
            return;
        }
        if (kind == Kind.FULL) {
            new TreeMap<>(askers)
                    .forEach((id, asker) -> {
                        if (requests.contains(id)) {
                            asker.accept(refusal());
                        }
                    });
        }
        stop();
        master.failed(machine.epoch(), kind);
    }

    private boolean holds() {
        return master.holds(machine.epoch());
    }

    long epoch() {
        return machine.epoch();
    }

    /** The answer to a request while the store has no space. */
    static SchedulerReply refusal() {
        return new SchedulerReply.Refused(
                Problem.of(ProblemCode.STORE_FULL, "Nothing was changed.", "Try again later."));
    }

    private void release(Batch batch) {
        if (!world.has(Bug.LEADER_PUBLISHES_BEFORE_COMMIT)) {
            publish(batch.events);
        }
        for (StateEvent event : batch.events) {
            switch (event) {
                case StateEvent.WorkerJoined it ->
                        channels.opened(it.worker(), it.incarnation(), it.session());
                case StateEvent.WorkerLeft it -> channels.closed(it.worker());
                case StateEvent.Durable it -> {}
                case StateEvent.LeaseRenewed it -> {}
                case StateEvent.Recalled it -> {}
                case StateEvent.SubmissionsForgotten it -> {}
                case StateEvent.ScheduleHeld it -> {}
                case StateEvent.Watched it -> {}
                case StateEvent.Kept it -> {}
                case StateEvent.Freed it -> {}
            }
        }
        batch.effects.forEach(this::carryOut);
        channels.send();
    }

    private void publish(List<StateEvent> events) {
        for (StateEvent event : events) {
            if (event instanceof StateEvent.Durable durable
                    && durable.event() instanceof JobEvent it) {
                world.publish(host, it);
            }
        }
    }

    /** Answers; commands nothing once the tenure is over, even what was decided before. */
    private void carryOut(Effect effect) {
        switch (effect) {
            case Effect.Reply it -> answer(it.replyTo(), it.reply());
            case Effect.Answer it -> answer(it.replyTo(), forgetting(it.reply()));
            case Effect.Assign it when !holds() -> {}
            case Effect.Stop it when !holds() -> {}
            case Effect.Recall it when !holds() -> {}
            case Effect.Assign it -> channels.add(it);
            case Effect.Stop it -> {
                if (!isForgetting()) {
                    command(
                            it.worker().name(),
                            new WorkerCommand.Stop(
                                    machine.epoch(), it.incarnation(), it.attempts(), it.reason()));
                }
            }
            case Effect.Recall it ->
                    command(
                            it.worker().name(),
                            new WorkerCommand.Recall(
                                    machine.epoch(), it.incarnation(), it.attempts()));
            case Effect.Progressed it -> {}
            case Effect.NodesChanged it -> {}
        }
    }

    private boolean isForgetting() {
        return world.has(Bug.CANCEL_IS_FORGOTTEN_WITH_THE_LEADER) && machine.epoch() > 1;
    }

    private WorkerReply forgetting(WorkerReply reply) {
        return isForgetting() && reply instanceof WorkerReply.Renewed it
                ? new WorkerReply.Renewed(it.epoch(), List.<AttemptId>of())
                : reply;
    }

    private void command(String name, WorkerCommand command) {
        Worker worker = world.workerNamed(name);
        world.network.send(
                host,
                new Life(worker.host, (int) command.incarnation()),
                () -> worker.command(command, reply -> {}));
    }

    private void answer(long replyTo, Message reply) {
        requests.remove(replyTo);
        Consumer<Message> asker = askers.remove(replyTo);
        if (asker != null) {
            asker.accept(reply);
        }
    }

    private void scheduleWake() {
        if (stopped) {
            return;
        }
        long at = host.nanos() + Math.max(Dice.MILLI, machine.wakeAfter(host.moment()).toNanos());
        if (wakeAt.isPresent() && wakeAt.get() - at <= Dice.MILLI) {
            return;
        }
        wakeAt = Optional.of(at);
        host.after(
                at - host.nanos(),
                () -> {
                    if (wakeAt.filter(it -> it == at).isPresent()) {
                        wakeAt = Optional.empty();
                        feed(new Input.Tick());
                        scheduleWake();
                    }
                });
    }

    /** Ends for good: takes no input and lets nothing out. */
    void stop() {
        stopped = true;
        askers.clear();
        requests.clear();
        channels.closeAll();
    }
}
