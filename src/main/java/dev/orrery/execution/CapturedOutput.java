package dev.orrery.execution;

import dev.orrery.execution.Executor.Transfer;
import dev.orrery.execution.posix.Child;
import dev.orrery.model.CapturedLog;
import dev.orrery.protocol.WorkerCommand.Assignment;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Both output streams of an attempt, on their way from the task to the masters. */
final class CapturedOutput implements AutoCloseable {

    /** An attempt that ends sooner, and writes little, ships nothing. */
    static final Duration QUICK = Duration.ofMillis(200);

    private final Spool stdoutSpool;
    private final Spool stderrSpool;
    private final Shipping stdout;
    private final Shipping stderr;
    private final ProgressLines progress = new ProgressLines();

    CapturedOutput(
            Assignment assignment,
            Path spools,
            long bytesMax,
            Transfer transfer,
            Patience patience) {
        String name = Workspace.nameOf(assignment.attempt());
        this.stdoutSpool = new Spool(spools.resolve(name + ".stdout"), bytesMax);
        this.stderrSpool = new Spool(spools.resolve(name + ".stderr"), bytesMax);
        this.stdout =
                new Shipping(
                        assignment, CapturedLog.Stream.STDOUT, stdoutSpool, transfer, patience);
        this.stderr =
                new Shipping(
                        assignment, CapturedLog.Stream.STDERR, stderrSpool, transfer, patience);
    }

    /** Takes what was read from stdout. */
    Child.Sink stdout() {
        return bytes -> {
            synchronized (progress) {
                progress.read(bytes);
            }
            stdoutSpool.accept(bytes);
            stdout.moreRead();
        };
    }

    /** Takes what was read from stderr. */
    Child.Sink stderr() {
        return bytes -> {
            stderrSpool.accept(bytes);
            stderr.moreRead();
        };
    }

    /** Lets shipping begin when it is due. */
    void tick(Duration age) {
        boolean isQuick = age.compareTo(QUICK) < 0;
        stdout.beginWhenDue(isQuick);
        stderr.beginWhenDue(isQuick);
    }

    /** Whether the task said how far it is since {@link #takeProgress}. */
    boolean hasProgress() {
        synchronized (progress) {
            return progress.isNew();
        }
    }

    Optional<ProgressLines.Progress> takeProgress() {
        synchronized (progress) {
            return progress.take();
        }
    }

    /** Ships the rest; returns what stood in the way. */
    Optional<IOException> finish() {
        stdout.finish();
        stderr.finish();
        return stdout.fault().or(stderr::fault);
    }

    CapturedLog capturedStdout() {
        return stdout.captured();
    }

    CapturedLog capturedStderr() {
        return stderr.captured();
    }

    @Override
    public void close() throws IOException {
        try (stdoutSpool) {
            stderrSpool.close();
        }
    }
}
