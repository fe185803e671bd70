package dev.orrery.execution;

import dev.orrery.config.Settings;
import dev.orrery.execution.Executor.Execution;
import dev.orrery.execution.Executor.Listener;
import dev.orrery.execution.Executor.Transfer;
import dev.orrery.execution.posix.Child;
import dev.orrery.execution.posix.ControlGroup;
import dev.orrery.execution.posix.ControlGroups;
import dev.orrery.execution.posix.Identity;
import dev.orrery.execution.posix.Launch;
import dev.orrery.execution.posix.Launcher;
import dev.orrery.execution.posix.ProcessTable;
import dev.orrery.execution.posix.ProcessTree;
import dev.orrery.model.AttemptId;
import dev.orrery.model.JobSpec;
import dev.orrery.model.Outcome;
import dev.orrery.model.Outcome.StopReason;
import dev.orrery.model.StoredFile;
import dev.orrery.model.Usage;
import dev.orrery.model.Work;
import dev.orrery.protocol.AttemptResult;
import dev.orrery.protocol.WorkerCommand.Assignment;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** One attempt from its assignment to its report, on one thread. */
final class RunningAttempt implements Execution {

    private static final Logger LOG = LoggerFactory.getLogger(RunningAttempt.class);

    /** Inputs can come to another worker sooner than a master stays away. */
    private static final Duration FETCH_PATIENCE = Duration.ofSeconds(30);

    private static final Duration SHIP_PATIENCE = Duration.ofMinutes(10);

    /** When the attempt was stopped because no master counts on it any more. */
    private static final Duration STALE_PATIENCE = Duration.ofSeconds(1);

    private final Place place;
    private final Assignment assignment;
    private final Identity identity;
    private final Listener listener;
    private final Patience fetching = new Patience(FETCH_PATIENCE);
    private final Patience shipping = new Patience(SHIP_PATIENCE);
    private final Object lock = new Object();
    private Optional<StopOrder> order = Optional.empty();
    private Optional<Thread> interruptible = Optional.empty();
    private Optional<Child> child = Optional.empty();
    private boolean isWithdrawn;
    private boolean hasBegun;
    private boolean isGone = true;

    /** The worker around an attempt. */
    record Place(
            Settings.Worker settings,
            Directories directories,
            Launcher launcher,
            ProcessTable table,
            ControlGroups groups,
            TaskEnvironment environment,
            Transfer transfer) {}

    RunningAttempt(Place place, Assignment assignment, Identity identity, Listener listener) {
        this.place = place;
        this.assignment = assignment;
        this.identity = identity;
        this.listener = listener;
    }

    AttemptId attempt() {
        return assignment.attempt();
    }

    /** Marks it as begun, unless it was taken back before. */
    boolean begin() {
        synchronized (lock) {
            hasBegun = !isWithdrawn;
            return hasBegun;
        }
    }

    @Override
    public boolean withdraw() {
        synchronized (lock) {
            isWithdrawn = !hasBegun;
            return isWithdrawn;
        }
    }

    @Override
    public void stop(StopReason reason) {
        order(new StopOrder(reason, false));
    }

    @Override
    public void kill(StopReason reason) {
        order(new StopOrder(reason, true));
    }

    private void order(StopOrder next) {
        fetching.shorten(Duration.ZERO);
        if (next.reason() != StopReason.CANCELLED) {
            shipping.shorten(STALE_PATIENCE);
        }
        synchronized (lock) {
            order = Optional.of(order.map(first -> first.and(next)).orElse(next));
            interruptible.ifPresent(Thread::interrupt);
            child.ifPresent(Child::wake);
        }
    }

    private Optional<StopOrder> order() {
        synchronized (lock) {
            return order;
        }
    }

    /**
     * Runs it to its end.
     *
     * @param follower asked once, at the end, for what begins in its place
     */
    void run(Supplier<Optional<AttemptId>> follower) {
        Optional<Workspace> workspace = Optional.empty();
        AttemptResult result;
        try {
            Workspace made = place.directories().open();
            workspace = Optional.of(made);
            result = prepare(made).map(this::withoutProcess).orElseGet(() -> execute(made));
        } catch (IOException | RuntimeException | LinkageError e) { // a replaced jar lacks classes
            LOG.atError()
                    .addKeyValue("attempt", attempt())
                    .setCause(e)
                    .log("the attempt failed in its worker");
            result = withoutProcess(new Outcome.WorkerFault(String.valueOf(e)));
        }
        boolean isKept = isGone && workspace.map(place.directories()::keep).orElse(true);
        listener.ended(attempt(), result, follower.get());
        if (!isKept) {
            workspace.ifPresent(place.directories()::discard);
        }
    }

    private AttemptResult withoutProcess(Outcome outcome) {
        return AttemptResult.without(outcome, Instant.now());
    }

    /** Brings the inputs; the outcome when that is already the end. */
    private Optional<Outcome> prepare(Workspace workspace) {
        JobSpec spec = assignment.spec();
        if (!spec.inputs().isEmpty() && beginInterruptible()) {
            try {
                for (StoredFile input : spec.inputs()) {
                    workspace.place(
                            input,
                            (file, to) ->
                                    fetching.insist(() -> {
                                        place.transfer().fetch(assignment, file, to);
                                        return to;
                                    }));
                }
                if (spec.work() instanceof Work.Script(String file, List<String> ignored)) {
                    workspace.makeExecutable(file);
                }
            } catch (IOException | IllegalArgumentException e) {
                endInterruptible();
                return stopped()
                        .or(() ->
                                Optional.of(new Outcome.WorkerFault("inputs: " + e.getMessage())));
            } finally {
                endInterruptible();
            }
        }
        return stopped();
    }

    private Optional<Outcome> stopped() {
        return order().map(given -> new Outcome.Stopped(given.reason()));
    }

    private boolean beginInterruptible() {
        synchronized (lock) {
            if (order.isPresent()) {
                return false;
            }
            interruptible = Optional.of(Thread.currentThread());
            return true;
        }
    }

    private void endInterruptible() {
        synchronized (lock) {
            interruptible = Optional.empty();
            boolean _ = Thread.interrupted();
        }
    }

    private AttemptResult execute(Workspace workspace) {
        Map<String, String> variables =
                place.environment().of(assignment, identity, workspace.directory());
        String path = variables.getOrDefault("PATH", "");
        return switch (CommandLine.of(assignment.spec().work(), path, workspace.directory())) {
            case CommandLine.Resolved.Missing(String cause) ->
                    withoutProcess(new Outcome.NotStartable(cause));
            case CommandLine.Resolved.Found(CommandLine line) -> launch(workspace, line, variables);
        };
    }

    private AttemptResult launch(
            Workspace workspace, CommandLine line, Map<String, String> variables) {
        JobSpec spec = assignment.spec();
        long memory = spec.resources().memoryBytes();
        ControlGroup group = place.groups().acquire(memory);
        Launch launch =
                new Launch(
                        line.program(),
                        line.arguments(),
                        variables.entrySet().stream()
                                .map(entry -> entry.getKey() + "=" + entry.getValue())
                                .toList(),
                        workspace.directory(),
                        spec.stdin(),
                        identity,
                        place.groups().limitsMemory() ? 0 : memory,
                        group);
        try (CapturedOutput output = output()) {
            return switch (place.launcher().launch(launch, output.stdout(), output.stderr())) {
                case Launcher.Result.Refused(String cause) ->
                        withoutProcess(new Outcome.NotStartable(cause));
                case Launcher.Result.Failed(String cause) ->
                        withoutProcess(new Outcome.WorkerFault(cause));
                case Launcher.Result.Started(Child started, boolean isLate) -> {
                    ProcessTree tree = tree(started, group);
                    yield report(workspace, watch(started, isLate, tree, output), output);
                }
            };
        } catch (IOException e) {
            throw new UncheckedIOException("spooled output was not closed", e);
        } finally {
            place.groups().release(group, isGone);
        }
    }

    private ProcessTree tree(Child started, ControlGroup group) {
        return new ProcessTree(
                place.table(), place.launcher().signals(), started.pid(), identity, group);
    }

    private CapturedOutput output() {
        return new CapturedOutput(
                assignment,
                place.directories().spool(),
                place.settings().outputBytesMax(),
                place.transfer(),
                shipping);
    }

    private Watched watch(Child started, boolean isLate, ProcessTree tree, CapturedOutput output) {
        Instant startedAt = Instant.now();
        try (started) {
            synchronized (lock) {
                child = Optional.of(started);
            }
            if (isLate) {
                tree.gather();
            }
            ProcessWatch watch =
                    new ProcessWatch(
                            started,
                            tree,
                            output,
                            place.settings(),
                            assignment.spec().timeout(),
                            this::order,
                            new ProcessWatch.Listener() {
                                @Override
                                public void runsOn() {
                                    listener.started(attempt(), startedAt);
                                }

                                @Override
                                public void progress(ProgressLines.Progress progress) {
                                    listener.progress(
                                            attempt(), progress.fraction(), progress.text());
                                }
                            });
            ProcessWatch.Ended ended = watch.watch();
            isGone = ended.isGone();
            return new Watched(startedAt, ended);
        } catch (RuntimeException e) {
            isGone = tree.kill();
            place.launcher().signals().bury(started.pid());
            throw e;
        } finally {
            synchronized (lock) {
                child = Optional.empty();
            }
        }
    }

    /** A process that has ended, and when it began. */
    private record Watched(Instant startedAt, ProcessWatch.Ended ended) {}

    private AttemptResult report(Workspace workspace, Watched watched, CapturedOutput output) {
        ProcessWatch.Ended ended = watched.ended();
        Outcome outcome = ended.forced().orElse(ended.exit().outcome());
        if (!ended.isGone()) {
            LOG.atError().addKeyValue("attempt", attempt()).log("processes outlive their kill");
            outcome = Outcome.WorkerFault.UNKILLABLE;
        }
        Outputs outputs =
                new Outputs(
                        workspace.directory(),
                        place.settings().filesBytesMax(),
                        file -> shipping.insist(() -> place.transfer().store(assignment, file)));
        outcome = collect(outputs, outcome);
        Optional<IOException> fault = output.finish();
        if (fault.isPresent() && !(outcome instanceof Outcome.Stopped)) {
            outcome = new Outcome.WorkerFault("output not kept: " + fault.get().getMessage());
        }
        Usage usage =
                new Usage(
                        ended.wall(),
                        ended.exit().userCpu(),
                        ended.exit().systemCpu(),
                        ended.memoryPeakBytes());
        return new AttemptResult(
                outcome,
                usage,
                Optional.of(watched.startedAt()),
                watched.startedAt().plus(ended.wall()),
                output.capturedStdout(),
                output.capturedStderr(),
                outputs.files());
    }

    /** After success all must be there; after a failure what can be had is kept. */
    private Outcome collect(Outputs outputs, Outcome outcome) {
        List<String> patterns = assignment.spec().outputs();
        if (patterns.isEmpty() || outcome instanceof Outcome.Stopped) {
            return outcome;
        }
        boolean succeeded = outcome instanceof Outcome.Exited(int code) && code == 0;
        try {
            outputs.collect(patterns);
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("attempt", attempt()).setCause(e).log("outputs not kept");
            return succeeded ? new Outcome.WorkerFault("outputs: " + e.getMessage()) : outcome;
        }
        return succeeded && !outputs.refusals().isEmpty()
                ? new Outcome.OutputsRefused(outputs.refusals())
                : outcome;
    }
}
