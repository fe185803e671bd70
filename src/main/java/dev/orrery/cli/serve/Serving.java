package dev.orrery.cli.serve;

import dev.orrery.cli.Context;
import dev.orrery.cli.ExitCode;
import dev.orrery.cli.RunningServer;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The life of a server in this process, from READY to the exit code.
 *
 * <p>TERM, INT and HUP make the JVM run its shutdown hooks, and exit with 128 + the signal when
 * they return. Ours does not return: it stops the server, which drains, and halts with 0. A server
 * that ends by itself leaves its exit code first, and the same hook halts with that. So there is
 * one way out, and no handler of signals, which only JDK-internal classes offer.
 */
final class Serving {

    /** Beyond the drain timeout, what closing files and connections may take. */
    private static final Duration CLOSE_MAX = Duration.ofSeconds(20);

    private final RunningServer server;
    private final Duration drainTimeout;
    private final AtomicInteger exitCode = new AtomicInteger(ExitCode.OK);
    private final CountDownLatch stopped = new CountDownLatch(1);

    private Serving(RunningServer server, Duration drainTimeout) {
        this.server = server;
        this.drainTimeout = drainTimeout;
    }

    /** Says READY and serves to the end; returns only when the server ended by itself. */
    static int serve(Context context, RunningServer server, Duration drainTimeout)
            throws InterruptedException {
        Serving serving = new Serving(server, drainTimeout);
        Runtime.getRuntime().addShutdownHook(new Thread(serving::shutDown, "shutdown"));
        context.print(
                "READY " + server.uri().map(Object::toString).orElse("worker " + server.name()));
        int code = server.awaitEnd();
        serving.exitCode.set(code);
        return code;
    }

    private void shutDown() {
        Thread.ofPlatform().daemon().name("shutdown-limit").start(this::haltWhenLate);
        int code = exitCode.get();
        try {
            server.stop();
        } catch (RuntimeException e) {
            org.slf4j.LoggerFactory.getLogger(Serving.class)
                    .atError()
                    .setCause(e)
                    .log("the server did not stop cleanly");
            code = ExitCode.FAILED;
        }
        stopped.countDown();
        Runtime.getRuntime().halt(code);
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
