package dev.orrery.cli.client;

import dev.orrery.cli.CommandException;
import dev.orrery.cli.ExitCode;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Asks again while no server answers, as during a change of leaders, up to a bound. */
final class Patience {

    private static final Duration LONGEST = Duration.ofSeconds(60);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(2);

    private final CountDownLatch never = new CountDownLatch(1);
    private Duration pause = FIRST_PAUSE;

    /** The answer to the question; the last failure when it was never answered. */
    <T> T ask(Supplier<T> question) {
        long startNanos = System.nanoTime();
        while (true) {
            try {
                T answer = question.get();
                pause = FIRST_PAUSE;
                return answer;
            } catch (CommandException e) {
                boolean late = System.nanoTime() - startNanos > LONGEST.toNanos();
                if (e.exitCode() != ExitCode.UNAVAILABLE || late) {
                    throw e;
                }
                rest();
            }
        }
    }

    /** Waits a little, longer each time until something is answered again. */
    void rest() {
        try {
            never.await(pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException(ExitCode.FAILED, "interrupted", e);
        }
        Duration doubled = pause.multipliedBy(2);
        pause = doubled.compareTo(PAUSE_MAX) < 0 ? doubled : PAUSE_MAX;
    }
}
