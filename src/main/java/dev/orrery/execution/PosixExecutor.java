package dev.orrery.execution;

import dev.orrery.execution.posix.ControlGroups;
import dev.orrery.execution.posix.Identity;
import dev.orrery.execution.posix.Launcher;
import dev.orrery.execution.posix.Leftovers;
import dev.orrery.execution.posix.Orphans;
import dev.orrery.execution.posix.ProcessTable;
import dev.orrery.model.Outcome;
import dev.orrery.model.Outcome.StopReason;
import dev.orrery.protocol.AttemptResult;
import dev.orrery.protocol.WorkerCommand.Assignment;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An executor that runs each attempt as processes of this machine.
 *
 * <p>It makes this process the parent of every orphan among its descendants
 * (PR_SET_CHILD_SUBREAPER) and keeps a {@link Warden} beside it.
 */
public final class PosixExecutor implements Executor {

    private static final Logger LOG = LoggerFactory.getLogger(PosixExecutor.class);

    /** More attempts at once than any machine has slots for; beyond it is a fault of the caller. */
    private static final int ATTEMPTS_MAX = 4096;

    private static final long THREAD_IDLE_SECONDS = 30;
    private static final long CLOSE_SECONDS_MAX = 15;

    private final RunningAttempt.Place place;
    private final Identity.Run run;
    private final Warden warden;
    private final Orphans orphans;
    private final ExecutorService threads;
    private final AtomicLong attempts = new AtomicLong();
    private final Set<RunningAttempt> running = ConcurrentHashMap.newKeySet();
    private final Places places = new Places();
    private volatile boolean closed;

    /**
     * Prepares the directories and the control groups, and starts the warden.
     *
     * @throws UncheckedIOException when the worker's directory cannot be used
     */
    public PosixExecutor(ExecutorContext context) {
        this(context, Launcher.best());
    }

    PosixExecutor(ExecutorContext context, Launcher launcher) {
        this.run = identify(context);
        ControlGroups groups = new ControlGroups(run, context.settings().pidsMax());
        TaskEnvironment environment =
                new TaskEnvironment(
                        context.settings().environment(), System.getenv(), context.worker());
        launcher.adoptOrphans();
        try {
            this.place =
                    new RunningAttempt.Place(
                            context.settings(),
                            Directories.in(context.directory()),
                            launcher,
                            new ProcessTable(),
                            groups,
                            environment,
                            context.transfer());
            this.warden = Warden.start(run, groups);
        } catch (IOException e) {
            throw new UncheckedIOException("the executor cannot start", e);
        }
        this.orphans = Orphans.watch(place.table(), launcher.signals());
        this.threads =
                new ThreadPoolExecutor(
                        0,
                        ATTEMPTS_MAX,
                        THREAD_IDLE_SECONDS,
                        TimeUnit.SECONDS,
                        new SynchronousQueue<>(),
                        Thread.ofPlatform().name("attempt-", 0).factory());
    }

    /** The same for every incarnation: the worker's name and where its directory is. */
    private static Identity.Run identify(ExecutorContext context) {
        Path directory = context.directory().toAbsolutePath().normalize();
        String place = Integer.toHexString(directory.toString().hashCode());
        return new Identity.Worker(context.worker().name() + "-" + place).run(context.runMarker());
    }

    @Override
    public Execution start(Assignment assignment, Listener listener) {
        RunningAttempt attempt = prepare(assignment, listener);
        boolean _ = attempt.begin();
        places.add();
        try {
            threads.execute(() -> runFrom(attempt));
        } catch (RejectedExecutionException e) {
            running.remove(attempt);
            places.remove();
            refuse(assignment, listener);
        }
        return attempt;
    }

    @Override
    public Optional<Execution> follow(Assignment assignment, Listener listener) {
        RunningAttempt attempt = prepare(assignment, listener);
        if (places.queue(attempt)) {
            return Optional.of(attempt);
        }
        running.remove(attempt);
        return Optional.empty();
    }

    private RunningAttempt prepare(Assignment assignment, Listener listener) {
        Identity identity =
                run.attempt(Workspace.nameOf(assignment.attempt()), attempts.incrementAndGet());
        RunningAttempt attempt = new RunningAttempt(place, assignment, identity, listener);
        running.add(attempt);
        if (closed) {
            attempt.kill(StopReason.WORKER_STOPPED);
        }
        return attempt;
    }

    /** Runs an attempt, then whatever follows in its place. */
    private void runFrom(RunningAttempt first) {
        Optional<RunningAttempt> current = Optional.of(first);
        while (current.isPresent()) {
            RunningAttempt attempt = current.get();
            Places.Succession succession = places.succession();
            try {
                attempt.run(() -> succession.next().map(RunningAttempt::attempt));
            } catch (RuntimeException e) {
                LOG.atError()
                        .addKeyValue("attempt", attempt.attempt())
                        .setCause(e)
                        .log("the listener failed");
            } finally {
                running.remove(attempt);
            }
            current = succession.next();
        }
    }

    /** The listener hears from another thread, as it was told. */
    private static void refuse(Assignment assignment, Listener listener) {
        Outcome outcome = new Outcome.WorkerFault("the executor is closed or full");
        Thread.ofVirtual()
                .start(() ->
                        listener.ended(
                                assignment.attempt(),
                                AttemptResult.without(outcome, Instant.now()),
                                Optional.empty()));
    }

    @Override
    public int killLeftovers() {
        int grouped = place.groups().killLeftovers(place.launcher().signals());
        int marked = Leftovers.kill(run.worker(), place.table(), place.launcher().signals());
        place.directories().clear();
        return grouped + marked;
    }

    @Override
    public String limits() {
        return place.groups().describe();
    }

    @Override
    public void close() {
        closed = true;
        running.forEach(attempt -> attempt.kill(StopReason.WORKER_STOPPED));
        threads.shutdown();
        try {
            if (!threads.awaitTermination(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
                LOG.atError().addKeyValue("attempts", running.size()).log("attempts still run");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        orphans.close();
        warden.close();
        place.groups().close();
        place.directories().discardSpare();
        place.table().close();
        place.launcher().close();
    }

    /** Makes executors that run processes. */
    public static final class Provider implements Executor.Provider {
        @Override
        public String executor() {
            return PosixExecutor.class.getName();
        }

        @Override
        public Executor create(ExecutorContext context) {
            return new PosixExecutor(context);
        }
    }
}
