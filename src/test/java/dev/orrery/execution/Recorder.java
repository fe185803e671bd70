package dev.orrery.execution;

import static org.awaitility.Awaitility.await;

import dev.orrery.model.AttemptId;
import dev.orrery.protocol.AttemptResult;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A listener that keeps all it hears of one attempt. */
final class Recorder implements Executor.Listener {

    private static final long SECONDS_MAX = 30;

    private final List<String> heard = new ArrayList<>();
    private final CompletableFuture<AttemptResult> result = new CompletableFuture<>();

    @Override
    public synchronized void started(AttemptId attempt, Instant at) {
        heard.add("started");
    }

    @Override
    public synchronized void progress(AttemptId attempt, double fraction, String text) {
        heard.add("progress " + fraction + " " + text);
    }

    @Override
    public synchronized void ended(
            AttemptId attempt, AttemptResult ended, Optional<AttemptId> follower) {
        heard.add("ended");
        result.complete(ended);
    }

    synchronized List<String> heard() {
        return List.copyOf(heard);
    }

    void awaitStart() {
        await().atMost(Duration.ofSeconds(SECONDS_MAX)).until(() -> heard().contains("started"));
    }

    boolean hasEnded() {
        return result.isDone();
    }

    AttemptResult result() {
        try {
            return result.get(SECONDS_MAX, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError("the attempt did not end; heard: " + heard(), e);
        }
    }
}
