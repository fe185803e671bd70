package dev.orrery.cli.submit;

import dev.orrery.cli.CommandException;
import dev.orrery.cli.ExitCode;
import dev.orrery.cli.client.Jobs;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Cancels a job when this program is interrupted before the job is over, and exits with 130.
 *
 * <p>A shutdown hook, which runs for INT and TERM alike; it halts, as nothing else may choose the
 * exit code of a program that is shutting down.
 */
final class Interruption implements AutoCloseable {

    /** The grace between TERM and KILL, and a little. */
    private static final Duration LONGEST = Duration.ofSeconds(12);

    /** Somebody waits at a terminal. */
    private static final Duration CANCEL_LIMIT = Duration.ofSeconds(5);

    private final CountDownLatch over = new CountDownLatch(1);
    private final Jobs jobs;
    private final String job;
    private final Thread hook = new Thread(this::cancel, "interruption");

    Interruption(Jobs jobs, String job) {
        this.jobs = jobs;
        this.job = job;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** The job is over, or nobody watches it any more. */
    void over() {
        over.countDown();
    }

    private void cancel() {
        try {
            new Jobs(jobs.client().within(CANCEL_LIMIT), jobs.namespace()).cancel(job);
            over.await(LONGEST.toMillis(), TimeUnit.MILLISECONDS);
        } catch (CommandException alreadyOverOrUnreachable) {
            over.countDown();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            Runtime.getRuntime().halt(ExitCode.CANCELLED);
        }
    }

    @Override
    public void close() {
        over();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            over.countDown();
        }
    }
}
