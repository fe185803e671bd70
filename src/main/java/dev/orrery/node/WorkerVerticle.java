package dev.orrery.node;

import dev.orrery.bus.Address;
import dev.orrery.bus.Bus;
import dev.orrery.config.Settings;
import dev.orrery.execution.Executor;
import dev.orrery.execution.Executor.Execution;
import dev.orrery.model.AttemptId;
import dev.orrery.model.Outcome;
import dev.orrery.model.Outcome.StopReason;
import dev.orrery.model.WorkerId;
import dev.orrery.node.work.AssignmentOrder;
import dev.orrery.node.work.AttemptBoard;
import dev.orrery.node.work.Endings;
import dev.orrery.node.work.Endings.Ending;
import dev.orrery.node.work.ReportOutbox;
import dev.orrery.node.work.WorkerLink;
import dev.orrery.protocol.AttemptResult;
import dev.orrery.protocol.Message;
import dev.orrery.protocol.WorkerCommand;
import dev.orrery.protocol.WorkerCommand.Assignment;
import dev.orrery.protocol.WorkerCommandReply;
import dev.orrery.protocol.WorkerMessage;
import dev.orrery.protocol.WorkerMessage.Report;
import dev.orrery.protocol.WorkerOffer;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A worker: takes assignments, has them executed, and reports. */
public final class WorkerVerticle extends VerticleBase
        implements WorkerLink.Events, Executor.Listener {

    private static final Logger LOG = LoggerFactory.getLogger(WorkerVerticle.class);
    private static final Duration GOODBYE_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration STOP_SLACK = Duration.ofSeconds(3);
    private static final long DRAIN_CHECK_MILLIS = 20;
    private static final int STOPPED_EARLY_MAX = 1_000;
    private static final String DRAINING = "draining";

    private final Bus bus;
    private final Parts parts;
    private final AttemptBoard board;
    private final Map<AttemptId, Execution> executions = new HashMap<>();
    private final LinkedHashSet<AttemptId> stoppedEarly = new LinkedHashSet<>();
    private final Promise<Void> joined = Promise.promise();
    private Optional<Link> link = Optional.empty();
    private final AssignmentOrder order = new AssignmentOrder();
    private boolean draining;

    /**
     * What a worker is made of.
     *
     * @param note what was found and killed at the start, for people
     * @param drainTimeout how long a stop waits for running tasks
     * @param superseded told when a later incarnation lives
     */
    record Parts(
            WorkerId worker,
            long incarnation,
            WorkerOffer offer,
            Executor executor,
            Settings.Scheduling scheduling,
            Duration drainTimeout,
            Duration killGrace,
            String note,
            Runnable superseded) {}

    private record Link(
            WorkerLink leader, ReportOutbox reports, Endings endings, Bus.Registration commands) {}

    WorkerVerticle(Bus bus, Parts parts) {
        this.bus = bus;
        this.parts = parts;
        this.board = new AttemptBoard(parts.offer());
    }

    @Override
    public Future<?> start() {
        WorkerLink leader =
                new WorkerLink(
                        vertx,
                        bus,
                        parts.scheduling(),
                        new WorkerLink.Self(
                                parts.worker(),
                                parts.incarnation(),
                                parts.offer(),
                                parts.note(),
                                board::live),
                        this);
        ReportOutbox reports =
                new ReportOutbox(
                        vertx,
                        bus,
                        new ReportOutbox.Self(parts.worker(), parts.incarnation()),
                        leader,
                        board::acknowledged);
        Bus.Registration commands =
                bus.serve(
                        Address.worker(parts.worker(), parts.incarnation()),
                        message ->
                                isTooLate(message)
                                        ? Future.failedFuture("the lease is over")
                                        : Future.succeededFuture(command(message)));
        link = Optional.of(new Link(leader, reports, new Endings(context, this::ended), commands));
        return commands.ready().onSuccess(done -> leader.start());
    }

    /** A master leads in this epoch; safe from any thread. */
    void leaderChanged(long epoch) {
        context.runOnContext(on ->
                link.filter(it -> it.leader().leaderChanged(epoch))
                        .ifPresent(it -> it.reports().hurry()));
    }

    /** Completes when a leader has welcomed the worker. */
    Future<Void> whenJoined() {
        return joined.future();
    }

    private Link link() {
        return link.orElseThrow();
    }

    /** Whether another may run it already; not declined, for this session may yet go on. */
    private boolean isTooLate(Message message) {
        return message instanceof WorkerCommand.Assign && link().leader().isFenced();
    }

    private Message command(Message message) {
        if (!(message instanceof WorkerCommand command)) {
            return new WorkerCommandReply.Declined("not a command");
        }
        if (command.epoch() < link().leader().epoch()) {
            return new WorkerCommandReply.Declined("a newer leader is known");
        }
        if (command.incarnation() != parts.incarnation()) {
            return new WorkerCommandReply.Declined("meant for another incarnation");
        }
        link().leader().heardOf(command.epoch());
        return switch (command) {
            case WorkerCommand.Assign it -> assign(it);
            case WorkerCommand.Stop it -> {
                stop(it.attempts(), it.reason());
                yield new WorkerCommandReply.Taken(0);
            }
            case WorkerCommand.Recall it -> {
                it.attempts().forEach(attempt -> withdraw(attempt, "recalled"));
                yield new WorkerCommandReply.Taken(0);
            }
        };
    }

    private Message assign(WorkerCommand.Assign command) {
        if (command.session() != link().leader().session()) {
            return new WorkerCommandReply.Declined("meant for another session");
        }
        if (order.take(command)) {
            command.assignments().forEach(this::take);
            startWhatFits();
        }
        return new WorkerCommandReply.Taken(command.seq());
    }

    private void take(Assignment assignment) {
        board.add(assignment);
        if (stoppedEarly.remove(assignment.attempt())) {
            withdraw(assignment.attempt(), "stopped before it came");
        } else if (draining) {
            withdraw(assignment.attempt(), DRAINING);
        }
    }

    /** Starts what has room now, and lets more follow in the places of what runs. */
    private void startWhatFits() {
        if (link().leader().isFenced()) {
            return;
        }
        Optional<Assignment> next = startNext();
        while (next.isPresent()) {
            Assignment assignment = next.get();
            executions.put(assignment.attempt(), parts.executor().start(assignment, this));
            next = startNext();
        }
        next = board.nextToFollow();
        while (next.isPresent()) {
            Assignment assignment = next.get();
            Optional<Execution> follower = parts.executor().follow(assignment, this);
            if (follower.isEmpty()) {
                return;
            }
            board.followsNow();
            executions.put(assignment.attempt(), follower.get());
            next = board.nextToFollow();
        }
    }

    /** With a place free, a follower that has not begun comes first. */
    private Optional<Assignment> startNext() {
        if (board.hasPlace()) {
            board.firstFollower().ifPresent(this::followNoMore);
        }
        return board.startNext();
    }

    /** Takes a follower back; false when it has begun, which will be told. */
    private boolean followNoMore(AttemptId attempt) {
        Execution execution = executions.get(attempt);
        if (execution == null || !execution.withdraw()) {
            return false;
        }
        executions.remove(attempt);
        board.followsNoMore(attempt);
        return true;
    }

    /** Stops attempts; one that is not here yet is remembered, for a stop may overtake it. */
    private void stop(List<AttemptId> attempts, StopReason reason) {
        for (AttemptId attempt : attempts) {
            if (withdraw(attempt, "stopped before it started")) {
                continue;
            }
            Execution execution = executions.get(attempt);
            if (execution != null) {
                execution.stop(reason);
            } else if (!board.holds(attempt)) {
                stoppedEarly.add(attempt);
            }
        }
        while (stoppedEarly.size() > STOPPED_EARLY_MAX) {
            stoppedEarly.removeFirst();
        }
    }

    private boolean withdraw(AttemptId attempt, String cause) {
        if (board.follows(attempt) && !followNoMore(attempt)) {
            return false;
        }
        boolean withdrawn = board.withdraw(attempt);
        if (withdrawn) {
            link().reports().add(new Report.NotStarted(attempt, cause));
        }
        return withdrawn;
    }

    @Override
    public void joined() {
        joined.tryComplete();
    }

    @Override
    public void stop(List<AttemptId> attempts) {
        stop(attempts, StopReason.STALE);
        startWhatFits();
    }

    @Override
    public void fence(boolean kill) {
        board.waiting().forEach(attempt -> withdraw(attempt, "the lease was about to end"));
        for (Execution execution : List.copyOf(executions.values())) {
            if (kill) {
                execution.kill(StopReason.LEASE_LOST);
            } else {
                execution.stop(StopReason.LEASE_LOST);
            }
        }
    }

    @Override
    public void superseded() {
        LOG.atError()
                .addKeyValue("worker", parts.worker())
                .log("a later incarnation of this worker lives; stopping");
        List.copyOf(executions.values()).forEach(it -> it.kill(StopReason.LEASE_LOST));
        parts.superseded().run();
    }

    @Override
    public void started(AttemptId attempt, Instant at) {
        context.runOnContext(on -> link().reports().add(new Report.Started(attempt, at)));
    }

    @Override
    public void progress(AttemptId attempt, double fraction, String text) {
        context.runOnContext(
                on -> link().reports().add(new Report.Progress(attempt, fraction, text)));
    }

    @Override
    public void ended(AttemptId attempt, AttemptResult result, Optional<AttemptId> follower) {
        link().endings().add(new Ending(attempt, result, follower));
    }

    /** Says whether there is more under way than what runs. */
    private boolean ended(List<Ending> endings) {
        List<Report.Ended> reports = new ArrayList<>();
        for (Ending it : endings) {
            executions.remove(it.attempt());
            board.ended(it.attempt(), it.follower());
            if (it.result().outcome().equals(Outcome.WorkerFault.UNKILLABLE)) {
                LOG.atError()
                        .addKeyValue("attempt", it.attempt())
                        .log("its processes outlive their kill: this worker takes no more work");
                takeNothingNew();
            }
            reports.add(new Report.Ended(it.attempt(), it.result()));
        }
        startWhatFits();
        link().reports().addEnds(reports);
        return board.hasMore();
    }

    /**
     * Takes nothing new, lets running tasks end for the drain time, stops the rest, says goodbye.
     */
    Future<Void> drain() {
        Promise<Void> drained = Promise.promise();
        context.runOnContext(on -> {
            takeNothingNew();
            awaitIdle(System.nanoTime() + parts.drainTimeout().toNanos(), drained);
        });
        return drained.future();
    }

    private void takeNothingNew() {
        draining = true;
        link().leader().drain();
        board.waiting().forEach(attempt -> withdraw(attempt, DRAINING));
    }

    private void awaitIdle(long until, Promise<Void> drained) {
        if (board.isIdle()) {
            long flushUntil = System.nanoTime() + STOP_SLACK.toNanos();
            awaitReported(flushUntil, drained);
        } else if (System.nanoTime() - until > 0) {
            stop(board.running(), StopReason.WORKER_STOPPED);
            Duration kill = parts.killGrace().plus(STOP_SLACK);
            awaitReported(System.nanoTime() + kill.toNanos(), drained);
        } else {
            vertx.setTimer(DRAIN_CHECK_MILLIS, id -> awaitIdle(until, drained));
        }
    }

    private void awaitReported(long until, Promise<Void> drained) {
        boolean done = board.isEmpty() && link().reports().isEmpty();
        if (done || System.nanoTime() - until > 0) {
            drained.complete();
        } else {
            vertx.setTimer(DRAIN_CHECK_MILLIS, id -> awaitReported(until, drained));
        }
    }

    @Override
    public Future<?> stop() {
        if (link.isEmpty()) {
            return Future.succeededFuture();
        }
        link().leader().close();
        boolean clean = board.isEmpty();
        Future<?> goodbye =
                clean
                        ? bus.request(
                                        Address.SCHEDULER,
                                        new WorkerMessage.Goodbye(
                                                parts.worker(), parts.incarnation()),
                                        GOODBYE_TIMEOUT)
                                .otherwiseEmpty()
                        : Future.succeededFuture();
        return goodbye.compose(done -> vertx.executeBlocking(() -> closeExecutor(), false))
                .eventually(() -> {
                    link().reports().close();
                    return link().commands().close();
                });
    }

    private boolean closeExecutor() {
        parts.executor().close();
        return true;
    }
}
