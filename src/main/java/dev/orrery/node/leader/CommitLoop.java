package dev.orrery.node.leader;

import dev.orrery.protocol.DurableEvent;
import dev.orrery.protocol.Message;
import dev.orrery.protocol.SchedulerRequest;
import dev.orrery.scheduling.Decision;
import dev.orrery.scheduling.Effect;
import dev.orrery.scheduling.Input;
import dev.orrery.scheduling.Moment;
import dev.orrery.scheduling.SchedulerMachine;
import dev.orrery.scheduling.StateEvent;
import dev.orrery.store.Store;
import dev.orrery.store.StoreException;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Group commit: feeds inputs to the machine one at a time, and lets out what follows from them only
 * once it is on disk.
 *
 * <p>While one batch is being written the next one fills; there is no timer. Everything runs on one
 * context, but for the commit itself, which runs on the writer.
 */
public final class CommitLoop {

    /** Inputs that may wait for a commit; past it callers are refused. */
    static final int WAITING_MAX = 20_000;

    private final Context context;
    private final Executor writer;
    private final Store store;
    private final SchedulerMachine machine;
    private final Outlet outlet;
    private final Consumer<StoreException> failed;
    private final Map<Long, Promise<Message>> askers = new HashMap<>();
    private Batch open = new Batch();
    private boolean committing;
    private boolean stopped;
    private long replies;

    /** Where the effects of durable decisions go. */
    public interface Outlet {

        /** Facts that are on disk now, and volatile ones, in order. */
        void happened(List<StateEvent> events);

        /** An effect that is not an answer. */
        void carryOut(Effect effect);

        /** The batch is out. */
        void released();

        /** Whether this leader may act at this very moment. */
        boolean holds();
    }

    private static final class Batch {
        final List<StateEvent> events = new ArrayList<>();
        final List<DurableEvent> durable = new ArrayList<>();
        final List<Effect> effects = new ArrayList<>();
        int inputs;
    }

    public CommitLoop(
            Context context,
            Executor writer,
            Store store,
            SchedulerMachine machine,
            Outlet outlet,
            Consumer<StoreException> failed) {
        this.context = context;
        this.writer = writer;
        this.store = store;
        this.machine = machine;
        this.outlet = outlet;
        this.failed = failed;
    }

    public static Moment now() {
        return new Moment(System.nanoTime(), Instant.now());
    }

    /** Whether a further input would have to wait behind too many. */
    public boolean isFull() {
        return open.inputs >= WAITING_MAX;
    }

    /** Feeds an input that wants an answer. */
    public Future<Message> ask(Function<Long, Input> input) {
        if (stopped) {
            return Future.failedFuture("the leader stepped down");
        }
        replies++;
        Promise<Message> promise = Promise.promise();
        askers.put(replies, promise);
        feed(input.apply(replies));
        return promise.future();
    }

    /** Feeds an input. */
    public void feed(Input input) {
        if (stopped) {
            return;
        }
        Decision decision = machine.step(input, now());
        open.inputs += sizeOf(input);
        for (StateEvent event : decision.events()) {
            open.events.add(event);
            if (event instanceof StateEvent.Durable durable) {
                open.durable.add(durable.event());
            }
        }
        open.effects.addAll(decision.effects());
        if (!committing) {
            flush();
        }
    }

    private static int sizeOf(Input input) {
        return input instanceof Input.Asked(long _, SchedulerRequest.SubmitMany many)
                ? Math.max(1, many.submissions().size())
                : 1;
    }

    private void flush() {
        Batch batch = open;
        if (batch.inputs == 0) {
            return;
        }
        open = new Batch();
        if (batch.durable.isEmpty()) {
            release(batch);
            return;
        }
        committing = true;
        writer.execute(() -> commit(batch));
    }

    private void commit(Batch batch) {
        try {
            store.commit(machine.epoch(), batch.durable);
            context.runOnContext(done -> committed(batch));
        } catch (StoreException fault) {
            context.runOnContext(done -> fail(fault));
        } catch (RuntimeException | Error bug) {
            // Also a class that is gone since the jar was replaced: a loop that waits would hang.
            StoreException fault =
                    new StoreException(
                            StoreException.Kind.BROKEN, "the store failed in an unknown way", bug);
            context.runOnContext(done -> fail(fault));
        }
    }

    /**
     * Lets out what is true now, whoever leads meanwhile. What only reads a state that may have
     * grown old during the commit stays in: the end of the reign fails it.
     */
    private void committed(Batch batch) {
        committing = false;
        if (stopped) {
            return;
        }
        release(batch);
        if (!committing && outlet.holds()) {
            flush();
        }
    }

    private void release(Batch batch) {
        outlet.happened(batch.events);
        for (Effect effect : batch.effects) {
            switch (effect) {
                case Effect.Reply it -> answer(it.replyTo(), it.reply());
                case Effect.Answer it -> answer(it.replyTo(), it.reply());
                case Effect.Assign it -> outlet.carryOut(it);
                case Effect.Stop it -> outlet.carryOut(it);
                case Effect.Recall it -> outlet.carryOut(it);
                case Effect.Progressed it -> outlet.carryOut(it);
                case Effect.NodesChanged it -> outlet.carryOut(it);
            }
        }
        outlet.released();
    }

    private void answer(long replyTo, Message reply) {
        Promise<Message> asker = askers.remove(replyTo);
        if (asker != null) {
            asker.complete(reply);
        }
    }

    /** A batch of an epoch that has ended says nothing of the one that followed; damage does. */
    private void fail(StoreException fault) {
        if (stopped && fault.kind() != StoreException.Kind.BROKEN) {
            return;
        }
        stop(fault);
        failed.accept(fault);
    }

    /** Ends for good: takes no input, lets nothing out, and fails everybody who waits. */
    public void stop(Throwable cause) {
        stopped = true;
        List<Promise<Message>> waiting = List.copyOf(askers.values());
        askers.clear();
        waiting.forEach(promise -> promise.fail(cause));
    }

    public SchedulerMachine machine() {
        return machine;
    }
}
