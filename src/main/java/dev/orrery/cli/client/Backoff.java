package dev.orrery.cli.client;

import dev.orrery.cli.CommandException;
import dev.orrery.cli.ExitCode;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Pauses that grow from 100 ms to two seconds, each cut by a random part of up to a half, so that
 * many clients do not come back to a restarted server at once.
 */
public final class Backoff {

    private static final Duration FIRST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofSeconds(2);

    private final CountDownLatch never = new CountDownLatch(1);
    private Duration next = FIRST;

    /** Pauses of which the next one is the shortest. */
    public Backoff() {}

    /** Begins again with the shortest pause. */
    public void reset() {
        next = FIRST;
    }

    /** The length of the next pause, after which they are longer. */
    Duration grow() {
        long millis = next.toMillis();
        Duration doubled = next.multipliedBy(2);
        next = doubled.compareTo(LONGEST) < 0 ? doubled : LONGEST;
        return Duration.ofMillis(ThreadLocalRandom.current().nextLong(millis / 2, millis + 1));
    }

    /** Waits for the next pause. */
    public void rest() {
        rest(grow());
    }

    /** Waits for so long. */
    void rest(Duration pause) {
        try {
            never.await(pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException(ExitCode.FAILED, "interrupted", e);
        }
    }
}
