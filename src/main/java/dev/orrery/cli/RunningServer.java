package dev.orrery.cli;

import java.net.URI;
import java.util.Optional;

/** A node that was started and serves. */
public interface RunningServer extends AutoCloseable {

    /** Where it answers over HTTP; empty when none of its roles does. */
    Optional<URI> uri();

    /** The name of the node, which for a worker is its lasting one. */
    String name();

    /**
     * Waits until the node ends by itself, after a fault that it cannot outlive; a call to {@link
     * #stop} ends the wait too.
     *
     * @return the exit code that the process shall have
     */
    int awaitEnd() throws InterruptedException;

    /** Takes no new work, waits for running tasks up to the drain timeout, and ends; repeatable. */
    void stop();

    @Override
    default void close() {
        stop();
    }
}
