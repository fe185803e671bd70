package dev.orrery.execution.posix;

import dev.orrery.model.Outcome;

import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * A started program, as its parent sees it. One thread watches it; only {@link #wake} may be called
 * by another.
 */
public interface Child extends AutoCloseable {

    /** Its process number. */
    long pid();

    /** Waits until something was read, the process ended, it was woken, or the time is over. */
    void await(long timeoutMillis);

    /** Ends the present or the next {@link #await}. */
    void wake();

    /** Whether the process ended. Its number is not given to another before {@link #reap}. */
    boolean hasExited();

    /** Whether both of its streams were read to their ends. */
    boolean outputEnded();

    /** Takes the exit status of an ended process; called once. */
    Exit reap();

    /** Gives up the streams. */
    @Override
    void close();

    /** How a process ended: an {@link Outcome.Exited} or {@link Outcome.Signalled}. */
    record Exit(Outcome outcome, Duration userCpu, Duration systemCpu) {}

    /** Takes what was read from a stream, at once and wholly. */
    interface Sink {

        /** The next bytes; the buffer is the caller's again afterwards. */
        void accept(ByteBuffer bytes);
    }
}
