package dev.orrery.execution;

import dev.orrery.config.Settings;
import dev.orrery.execution.posix.Child;
import dev.orrery.execution.posix.ProcessTree;
import dev.orrery.model.Outcome;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The time between the start of a process and the end of the last one that descends from it, on one
 * thread.
 *
 * <p>All times are nanoseconds since the start.
 */
final class ProcessWatch {

    private static final long NEVER = Long.MAX_VALUE;
    private static final long SAMPLE_FIRST = TimeUnit.MILLISECONDS.toNanos(10);

    /** What ends sooner is not told to run: its end says the same, for one event instead of two. */
    private static final long RUNS_ON = TimeUnit.MILLISECONDS.toNanos(20);

    private static final long SAMPLE_SECOND = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long SAMPLE_PAUSE_MAX = TimeUnit.SECONDS.toNanos(1);
    private static final long PROGRESS_PAUSE = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long KILL_AGAIN = TimeUnit.SECONDS.toNanos(1);
    private static final long LAST_WORDS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long LOOK_AGAIN_MILLIS = 20;

    private final long begin = System.nanoTime();
    private final Child child;
    private final ProcessTree tree;
    private final CapturedOutput output;
    private final Settings.Worker settings;
    private final Supplier<Optional<StopOrder>> order;
    private final Listener listener;
    private final long timeoutAt;
    private Optional<Outcome> forced = Optional.empty();
    private long killAt = NEVER;
    private long exitedAt = NEVER;
    private long drainedAt = NEVER;
    private long sampleAt = SAMPLE_FIRST;
    private long runsOnAt = RUNS_ON;
    private long progressAt;
    private long memoryPeakBytes;

    /** Who hears of a process that runs. */
    interface Listener {

        /** It did not end at once; told before any progress. */
        void runsOn();

        /** The task said how far it is. */
        void progress(ProgressLines.Progress progress);
    }

    /**
     * What became of it.
     *
     * @param forced why it was made to end, when it was
     * @param isGone whether nothing of it is left
     */
    record Ended(
            Child.Exit exit,
            Optional<Outcome> forced,
            Duration wall,
            long memoryPeakBytes,
            boolean isGone) {}

    ProcessWatch(
            Child child,
            ProcessTree tree,
            CapturedOutput output,
            Settings.Worker settings,
            Optional<Duration> timeout,
            Supplier<Optional<StopOrder>> order,
            Listener listener) {
        this.child = child;
        this.tree = tree;
        this.output = output;
        this.settings = settings;
        this.timeoutAt = timeout.map(ProcessWatch::nanos).orElse(NEVER);
        this.order = order;
        this.listener = listener;
    }

    /** Returns when the process and all that descend from it are gone. */
    Ended watch() {
        while (!isOver()) {
            obey();
            kill();
            sample();
            tellThatItRunsOn();
            tellProgress();
            child.await(millisToNextWake());
            noticeExit();
        }
        boolean isGone = clear();
        readLastWords();
        progressAt = 0;
        if (output.hasProgress()) {
            tellThatItRunsOn();
            tellProgress();
        }
        Child.Exit exit = child.reap();
        return new Ended(exit, forced, Duration.ofNanos(exitedAt), memoryPeakBytes, isGone);
    }

    private boolean isOver() {
        return child.hasExited() && (child.outputEnded() || now() >= Math.min(drainedAt, killAt));
    }

    /** Starts the end when it is ordered or its time is over. */
    private void obey() {
        Optional<StopOrder> ordered = order.get();
        if (forced.isEmpty()) {
            if (ordered.isPresent()) {
                forced = Optional.of(new Outcome.Stopped(ordered.get().reason()));
            } else if (now() >= timeoutAt) {
                forced = Optional.of(new Outcome.TimedOut());
            } else {
                return;
            }
            killAt = now() + nanos(settings.killGrace());
            if (!ordered.map(StopOrder::atOnce).orElse(false)) {
                tree.terminate();
            }
        }
        if (ordered.map(StopOrder::atOnce).orElse(false)) {
            killAt = Math.min(killAt, now());
        }
    }

    private void kill() {
        if (now() >= killAt && !child.hasExited()) {
            boolean _ = tree.kill(); // looked at once more when the first process has ended
            killAt = now() + KILL_AGAIN;
        }
    }

    private void sample() {
        if (now() < sampleAt) {
            return;
        }
        memoryPeakBytes = Math.max(memoryPeakBytes, tree.memoryPeakBytes());
        tree.buryOrphans();
        output.tick(Duration.ofNanos(now()));
        sampleAt = Math.max(SAMPLE_SECOND, now() + Math.min(now(), SAMPLE_PAUSE_MAX));
    }

    private void tellThatItRunsOn() {
        if (runsOnAt != NEVER && (now() >= runsOnAt || output.hasProgress())) {
            listener.runsOn();
            runsOnAt = NEVER;
        }
    }

    private void tellProgress() {
        if (output.hasProgress() && now() >= progressAt) {
            output.takeProgress().ifPresent(listener::progress);
            progressAt = now() + PROGRESS_PAUSE;
        }
    }

    private void noticeExit() {
        if (exitedAt == NEVER && child.hasExited()) {
            exitedAt = now();
            drainedAt = forced.isPresent() ? killAt : exitedAt + nanos(settings.exitDrain());
        }
    }

    private long millisToNextWake() {
        long next = Math.min(Math.min(sampleAt, killAt), Math.min(drainedAt, runsOnAt));
        if (forced.isEmpty()) {
            next = Math.min(next, timeoutAt);
        }
        if (output.hasProgress()) {
            next = Math.min(next, progressAt);
        }
        return TimeUnit.NANOSECONDS.toMillis(Math.max(0, next - now())) + 1;
    }

    /**
     * Kills what the first process left; what was asked to end may do so until its grace ends. The
     * kernel's list of adopted processes may lack one while another ends, and after a stop many do:
     * then all processes are looked through.
     */
    private boolean clear() {
        boolean isEmpty = tree.isEmpty();
        while (!isEmpty && forced.isPresent() && now() < killAt) {
            child.await(LOOK_AGAIN_MILLIS);
            obey();
            isEmpty = tree.isEmpty();
        }
        return (isEmpty && forced.isEmpty()) || tree.kill();
    }

    /** What the killed ones had written is still in the pipes, which nobody holds any more. */
    private void readLastWords() {
        long end = now() + LAST_WORDS;
        while (!child.outputEnded() && now() < end) {
            child.await(LOOK_AGAIN_MILLIS);
        }
    }

    private long now() {
        return System.nanoTime() - begin;
    }

    private static long nanos(Duration duration) {
        return duration.compareTo(Duration.ofDays(36_500)) < 0 ? duration.toNanos() : NEVER / 2;
    }
}
