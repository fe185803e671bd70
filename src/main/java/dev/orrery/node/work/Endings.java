package dev.orrery.node.work;

import dev.orrery.model.AttemptId;
import dev.orrery.protocol.AttemptResult;

import io.vertx.core.Context;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;

/**
 * Attempts that ended, on their way from the threads that ran them to their worker's context.
 *
 * <p>An end is taken over at once when the worker has nothing else to do, or a slot is idle now.
 * While more is under way nobody waits for a single end: then those of a moment are taken over
 * together, for one wake-up and one commit instead of many.
 */
public final class Endings {

    private static final long GATHER_MILLIS = 10;

    private final Context context;
    private final Predicate<List<Ending>> taker;
    private final ConcurrentLinkedQueue<Ending> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean awaited = new AtomicBoolean();

    /** Whether the timer runs: one at a time, and none once a moment brought no end. */
    private boolean isArmed;

    /**
     * One attempt that ended.
     *
     * @param follower what has begun in its place
     */
    public record Ending(AttemptId attempt, AttemptResult result, Optional<AttemptId> follower) {}

    /**
     * None yet.
     *
     * @param taker takes them over in the context; says whether more is under way
     */
    public Endings(Context context, Predicate<List<Ending>> taker) {
        this.context = context;
        this.taker = taker;
    }

    /** From any thread. */
    public void add(Ending ending) {
        waiting.add(ending);
        if (awaited.compareAndSet(false, true) || ending.follower().isEmpty()) {
            context.runOnContext(on -> take());
        }
    }

    private void take() {
        List<Ending> taken = new ArrayList<>();
        for (Ending next = waiting.poll(); next != null; next = waiting.poll()) {
            taken.add(next);
        }
        boolean isMoreUnderWay = taker.test(taken);
        if (isArmed) {
            return;
        }
        if (isMoreUnderWay && !taken.isEmpty()) {
            isArmed = true;
            context.owner().setTimer(GATHER_MILLIS, id -> takeGathered());
            return;
        }
        awaited.set(false);
        if (!waiting.isEmpty() && awaited.compareAndSet(false, true)) {
            take();
        }
    }

    private void takeGathered() {
        isArmed = false;
        take();
    }
}
