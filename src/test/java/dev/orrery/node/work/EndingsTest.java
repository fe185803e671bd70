package dev.orrery.node.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orrery.model.AttemptId;
import dev.orrery.model.JobId;
import dev.orrery.model.Outcome;
import dev.orrery.model.TaskRange;
import dev.orrery.node.work.Endings.Ending;
import dev.orrery.protocol.AttemptResult;

import io.vertx.core.Vertx;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** How ends come from the threads of attempts to the context of their worker. */
final class EndingsTest {

    private static final Duration QUIET = Duration.ofMillis(50);

    private final Vertx vertx = Vertx.vertx();
    private final List<Ending> taken = new CopyOnWriteArrayList<>();
    private final AtomicInteger rounds = new AtomicInteger();
    private volatile boolean isMoreUnderWay;
    private final Endings endings = new Endings(vertx.getOrCreateContext(), this::take);

    @AfterEach
    void close() {
        vertx.close().await();
    }

    private boolean take(List<Ending> some) {
        taken.addAll(some);
        rounds.incrementAndGet();
        return isMoreUnderWay;
    }

    private static AttemptId attempt(int number) {
        return new AttemptId(TaskRange.single(new JobId(new UUID(0, number))), 1);
    }

    private static Ending ending(int number, Optional<AttemptId> follower) {
        AttemptResult result = AttemptResult.without(new Outcome.Exited(0), Instant.EPOCH);
        return new Ending(attempt(number), result, follower);
    }

    private void awaitQuiet() {
        AtomicInteger before = new AtomicInteger(-1);
        await().pollInterval(QUIET).until(() -> rounds.get() == before.getAndSet(rounds.get()));
    }

    @Test
    void everyEnd_isTakenOnceAndInOrder() {
        isMoreUnderWay = true;
        for (int i = 0; i < 1_000; i++) {
            endings.add(ending(i, Optional.of(attempt(i + 1))));
        }

        await().until(() -> taken.size() == 1_000);

        assertThat(taken)
                .extracting(it -> it.attempt().job().value().getLeastSignificantBits())
                .isSorted()
                .doesNotHaveDuplicates();
    }

    @Test
    void endsWhileMoreIsUnderWay_areTakenTogether() {
        isMoreUnderWay = true;
        for (int i = 0; i < 1_000; i++) {
            endings.add(ending(i, Optional.of(attempt(i + 1))));
        }

        await().until(() -> taken.size() == 1_000);

        assertThat(rounds.get()).isLessThan(500);
    }

    @Test
    void endsThatCannotWait_leaveNoTimersBehind() {
        isMoreUnderWay = true;
        for (int i = 0; i < 100; i++) {
            endings.add(ending(i, Optional.empty()));
        }

        await().until(() -> taken.size() == 100);

        awaitQuiet();
        endings.add(ending(100, Optional.of(attempt(101))));
        await().until(() -> taken.size() == 101);
        awaitQuiet();
    }

    @Test
    void endsOfManyThreads_areAllTaken() throws InterruptedException {
        List<Thread> threads =
                Collections.nCopies(8, 500).stream()
                        .map(count -> Thread.ofPlatform().start(() -> addSome(count)))
                        .toList();
        for (Thread thread : threads) {
            thread.join();
        }

        await().until(() -> taken.size() == 8 * 500);
        awaitQuiet();
    }

    private void addSome(int count) {
        for (int i = 0; i < count; i++) {
            isMoreUnderWay = i % 3 == 0;
            endings.add(ending(i, i % 2 == 0 ? Optional.empty() : Optional.of(attempt(i))));
        }
    }
}
