package dev.orrery.cli.serve;

import dev.orrery.cli.Context;
import dev.orrery.cli.ExitCode;
import dev.orrery.cli.RunningServer;

import org.slf4j.LoggerFactory;

import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The life of a server in this process, from READY to the exit code.
 *
 * <p>TERM, INT and HUP make the JVM run its shutdown hooks, and exit with 128 + the signal when
 * they return. Ours does not return: it stops the server, which drains, and halts with 0. So no
 * handler of signals is needed, which only JDK-internal classes offer. A server that ends by itself
 * takes the hook away, and its exit code is the program's.
 */
final class Serving {

    /** Beyond the drain timeout, what closing files and connections may take. */
    private static final Duration CLOSE_MAX = Duration.ofSeconds(20);

    private final RunningServer server;
    private final Duration drainTimeout;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final CountDownLatch never = new CountDownLatch(1);

    private Serving(RunningServer server, Duration drainTimeout) {
        this.server = server;
        this.drainTimeout = drainTimeout;
    }

    /** Says READY and serves; returns only when the server ended by itself, with the exit code. */
    static int serve(Context context, RunningServer server, Duration drainTimeout)
            throws InterruptedException {
        Serving serving = new Serving(server, drainTimeout);
        Thread hook = new Thread(serving::shutDown, "shutdown");
        Runtime.getRuntime().addShutdownHook(hook);
        String where = server.uri().map(URI::toString).orElse("worker " + server.name());
        context.print("READY " + where);
        int exitCode = server.awaitEnd();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            // The hook stopped the server, which ended the wait, and it halts the program.
            serving.never.await();
        }
        server.stop();
        return exitCode;
    }

    private void shutDown() {
        Thread.ofPlatform().daemon().name("shutdown-limit").start(this::haltWhenLate);
        int exitCode = ExitCode.OK;
        try {
            server.stop();
        } catch (RuntimeException e) {
            LoggerFactory.getLogger(Serving.class)
                    .atError()
                    .setCause(e)
                    .log("the server did not stop cleanly");
            exitCode = ExitCode.FAILED;
        }
        stopped.countDown();
        Runtime.getRuntime().halt(exitCode);
    }

    private void haltWhenLate() {
        try {
            Duration longest = drainTimeout.plus(CLOSE_MAX);
            if (!stopped.await(longest.toMillis(), TimeUnit.MILLISECONDS)) {
                Runtime.getRuntime().halt(ExitCode.FAILED);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
