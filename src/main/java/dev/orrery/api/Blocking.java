package dev.orrery.api;

import dev.orrery.api.json.Refusal;
import dev.orrery.model.ProblemCode;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;

import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/** The place for work that blocks: virtual threads, a bounded number at a time. */
public final class Blocking {
    /** So many files may be open, and so many uploads under way, at the same time. */
    private static final int RUNNING_MAX = 1024;

    private final Vertx vertx;
    private final Executor executor;
    private final AtomicInteger running = new AtomicInteger();

    /** Runs on the executor, which must start each piece of work at once. */
    public Blocking(Vertx vertx, Executor executor) {
        this.vertx = vertx;
        this.executor = executor;
    }

    /** Runs the work, and completes on the context of the caller. */
    public <T> Future<T> call(Callable<T> work) {
        if (running.incrementAndGet() > RUNNING_MAX) {
            running.decrementAndGet();
            return Future.failedFuture(
                    Refusal.of(
                            ProblemCode.TOO_MANY,
                            "this node has too much to do at once",
                            "try again in a second"));
        }
        Context context = vertx.getOrCreateContext();
        Promise<T> promise = Promise.promise();
        try {
            executor.execute(() -> run(work, context, promise));
        } catch (RejectedExecutionException e) {
            running.decrementAndGet();
            promise.fail(e);
        }
        return promise.future();
    }

    private <T> void run(Callable<T> work, Context context, Promise<T> promise) {
        try {
            T result = work.call();
            context.runOnContext(_ -> promise.complete(result));
        } catch (Exception | StackOverflowError e) {
            context.runOnContext(_ -> promise.fail(e));
        } finally {
            running.decrementAndGet();
        }
    }
}
