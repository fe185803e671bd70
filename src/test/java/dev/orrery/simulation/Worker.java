package dev.orrery.simulation;

import dev.orrery.model.AttemptId;
import dev.orrery.model.Outcome;
import dev.orrery.model.Outcome.StopReason;
import dev.orrery.model.WorkerId;
import dev.orrery.node.work.AssignmentOrder;
import dev.orrery.node.work.AttemptBoard;
import dev.orrery.protocol.WorkerCommand;
import dev.orrery.protocol.WorkerCommand.Assignment;
import dev.orrery.protocol.WorkerCommandReply;
import dev.orrery.protocol.WorkerMessage;
import dev.orrery.protocol.WorkerMessage.Report;
import dev.orrery.protocol.WorkerOffer;
import dev.orrery.scheduling.Sample;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** A worker on its machine, as {@code WorkerVerticle} is: takes assignments, runs, reports. */
final class Worker {

    private static final long SWEEP_MAX = 500 * Dice.MILLI;
    private static final long WARDEN_MAX = 2 * Dice.SECOND;
    private static final long STARTED_IS_TOLD_AFTER = 20 * Dice.MILLI;
    private static final long DRAIN_PATIENCE = 10 * Dice.SECOND;
    private static final long FENCE_NANOS = 24 * Dice.SECOND;

    final Host host;
    final WorkerId id;
    final LeaderCalls calls;
    private final WorkerOffer offer;
    private final World world;
    private final List<Program> everything = new ArrayList<>();
    private final Map<AttemptId, Program> running = new LinkedHashMap<>();
    private final LinkedHashSet<AttemptId> stoppedEarly = new LinkedHashSet<>();
    private AttemptBoard board;
    private Outbox outbox;
    private Link link;
    private AssignmentOrder order = new AssignmentOrder();
    private boolean draining;

    Worker(World world, Host host, WorkerOffer offer) {
        this.world = world;
        this.host = host;
        this.id = new WorkerId(host.name);
        this.offer = offer;
        this.calls = new LeaderCalls(world, host, this::leaderChanged);
        this.board = new AttemptBoard(offer);
        this.outbox = new Outbox(world, this);
        this.link = new Link(world, this);
    }

    private void leaderChanged() {
        if (link.leaderChanged(calls.leader().epoch())) {
            outbox.hurry();
        }
    }

    /** The newest epoch it has heard of. */
    long epoch() {
        return link.epoch();
    }

    void heardOf(long epoch) {
        link.heardOf(epoch);
    }

    WorkerOffer offer() {
        return offer;
    }

    /** A new life: kills what the last one left, and says hello with empty hands. */
    void start() {
        host.start();
        calls.forgetAll();
        running.clear();
        stoppedEarly.clear();
        board = new AttemptBoard(offer);
        outbox = new Outbox(world, this);
        link = new Link(world, this);
        draining = false;
        order = new AssignmentOrder();
        if (!world.has(Bug.WORKER_LEAVES_THE_PROCESSES_OF_ITS_LAST_LIFE)) {
            everything.forEach(Program::vanish);
        }
        everything.removeIf(it -> !it.isAlive());
        host.after(world.chance.between(0, SWEEP_MAX), link::start);
    }

    /** The agent is killed; its warden kills what it ran. */
    void die() {
        host.die();
        everything.forEach(it -> it.vanishWithin(WARDEN_MAX));
        world.restartLater(this::start, host);
    }

    /** The machine loses power. */
    void losePower() {
        host.die();
        everything.forEach(Program::vanish);
        world.restartLater(this::start, host);
    }

    /** Agent and warden are killed; the next life comes before the lease ends. */
    void dieOrphaning() {
        host.die();
        long left = FENCE_NANOS - (world.agenda.now() - link.renewedAt());
        world.agenda.after(
                world.chance.between(0, Math.max(0, Math.min(left, 20 * Dice.SECOND))),
                () -> {
                    if (!host.isUp()) {
                        start();
                    }
                });
    }

    /** SIGTERM: drains, says goodbye and goes. */
    void leave() {
        takeNothingNew();
        awaitIdle(host.nanos() + DRAIN_PATIENCE);
    }

    private void awaitIdle(long until) {
        boolean late = host.nanos() - until > 0;
        if (board.isEmpty() && outbox.isEmpty()) {
            goodbye();
        } else if (late && host.nanos() - until > DRAIN_PATIENCE + 3 * Dice.SECOND) {
            die();
        } else {
            if (late) {
                stop(board.running(), StopReason.WORKER_STOPPED);
            }
            host.after(100 * Dice.MILLI, () -> awaitIdle(until));
        }
    }

    private void goodbye() {
        link.close();
        calls.request(
                new WorkerMessage.Goodbye(id, host.life().number()),
                Dice.SECOND,
                new Network.Answer<>() {
                    @Override
                    public void came(dev.orrery.protocol.Message value) {
                        die();
                    }

                    @Override
                    public void missing() {
                        die();
                    }
                });
    }

    List<AttemptId> live() {
        return board.live();
    }

    boolean isDraining() {
        return draining;
    }

    /** Takes a command of a leader, and answers. */
    void command(WorkerCommand command, Consumer<WorkerCommandReply> reply) {
        if (command.epoch() < link.epoch()
                && !world.has(Bug.WORKER_TAKES_COMMANDS_OF_AN_OLDER_EPOCH)) {
            reply.accept(new WorkerCommandReply.Declined("a newer leader is known"));
            return;
        }
        world.witness.commanded(this, command);
        link.heardOf(command.epoch());
        switch (command) {
            case WorkerCommand.Assign it -> assign(it, reply);
            case WorkerCommand.Stop it -> {
                stop(it.attempts(), it.reason());
                reply.accept(new WorkerCommandReply.Taken(0));
            }
            case WorkerCommand.Recall it -> {
                it.attempts().forEach(this::recall);
                reply.accept(new WorkerCommandReply.Taken(0));
            }
        }
    }

    private void assign(WorkerCommand.Assign command, Consumer<WorkerCommandReply> reply) {
        if (command.session() != link.session()) {
            reply.accept(new WorkerCommandReply.Declined("meant for another session"));
            return;
        }
        if (!link.mayStart()) {
            if (world.has(Bug.WORKER_WITHOUT_A_LEASE_DECLINES)) {
                reply.accept(new WorkerCommandReply.Declined("the lease is over"));
            }
            return;
        }
        if (order.take(command) || world.has(Bug.WORKER_TAKES_A_BATCH_TWICE)) {
            command.assignments().forEach(this::take);
            if (world.whims.has(Whim.WORKER_DIES_ON_ASSIGNMENT)) {
                die();
                return;
            }
            startWhatFits();
        }
        reply.accept(new WorkerCommandReply.Taken(command.seq()));
    }

    private void take(Assignment assignment) {
        board.add(assignment);
        if (stoppedEarly.remove(assignment.attempt())) {
            withdraw(assignment.attempt(), "stopped before it came");
        } else if (draining) {
            withdraw(assignment.attempt(), "draining");
        }
    }

    /** Starts what has room. */
    void startWhatFits() {
        if (!link.mayStart()) {
            return;
        }
        for (Optional<Assignment> next = board.startNext();
                next.isPresent();
                next = board.startNext()) {
            Assignment it = next.get();
            Program program = new Program(world, this, it.attempt(), it.spec());
            everything.add(program);
            running.put(it.attempt(), program);
            program.begin();
            int life = host.life().number();
            world.agenda.after(
                    STARTED_IS_TOLD_AFTER,
                    () -> {
                        if (program.isAlive()) {
                            host.run(life, () -> tellStarted(it.attempt()));
                        }
                    });
        }
    }

    private void tellStarted(AttemptId attempt) {
        if (running.containsKey(attempt)) {
            outbox.add(new Report.Started(attempt, host.moment().wall()));
        }
    }

    /** Stops attempts; one that is not here yet is remembered, for a stop may overtake it. */
    void stop(List<AttemptId> attempts, StopReason reason) {
        for (AttemptId attempt : attempts) {
            if (withdraw(attempt, "stopped before it started")) {
                continue;
            }
            Program program = running.get(attempt);
            if (program != null) {
                program.stop(reason);
            } else if (!board.holds(attempt)) {
                stoppedEarly.add(attempt);
            }
        }
    }

    private void recall(AttemptId attempt) {
        if (!withdraw(attempt, "recalled")
                && running.containsKey(attempt)
                && world.has(Bug.RECALL_OF_A_RUNNING_ATTEMPT_IS_NOT_STARTED)) {
            outbox.add(new Report.NotStarted(attempt, "recalled"));
        }
    }

    private boolean withdraw(AttemptId attempt, String cause) {
        boolean withdrawn = board.withdraw(attempt);
        if (withdrawn) {
            outbox.add(new Report.NotStarted(attempt, cause));
        }
        return withdrawn;
    }

    /** No leader for so long that everything must stop now, gently or at once. */
    void fence(boolean kill) {
        if (!running.isEmpty()) {
            world.trace(() -> host + (kill ? " kills" : " stops") + " everything: no leader");
        }
        board.waiting().forEach(attempt -> withdraw(attempt, "the lease was about to end"));
        for (Program program : List.copyOf(running.values())) {
            if (kill) {
                program.kill(StopReason.LEASE_LOST);
            } else {
                program.stop(StopReason.LEASE_LOST);
            }
        }
    }

    /** An attempt is over, or its processes are given up. */
    void ended(Program program, Outcome outcome) {
        if (world.whims.has(Whim.WORKER_DIES_BEFORE_REPORT)) {
            die();
            return;
        }
        running.remove(program.attempt);
        everything.remove(program);
        if (program.isAlive()) {
            everything.add(program);
        }
        board.ended(program.attempt, Optional.empty());
        if (outcome.equals(Outcome.WorkerFault.UNKILLABLE)) {
            takeNothingNew();
        }
        Duration wall = Duration.ofNanos(world.agenda.now() - program.startedAt);
        outbox.add(
                new Report.Ended(
                        program.attempt, Sample.result(outcome, host.moment().wall(), wall)));
        startWhatFits();
    }

    private void takeNothingNew() {
        draining = true;
        link.heartbeat();
        board.waiting().forEach(attempt -> withdraw(attempt, "draining"));
    }

    void acknowledged(AttemptId attempt) {
        board.acknowledged(attempt);
    }

    /** Whether nothing runs here, nothing is held, and nothing waits to be told. */
    boolean isAtRest() {
        return board.isEmpty() && outbox.isEmpty() && running.isEmpty();
    }

    /** Whether the process was frozen when its fence should have worked. */
    boolean wasFrozenBeyondTheFence() {
        return host.frozenUntil() > link.renewedAt() + FENCE_NANOS - Dice.SECOND;
    }
}
