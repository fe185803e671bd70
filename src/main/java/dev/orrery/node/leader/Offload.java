package dev.orrery.node.leader;

import io.vertx.core.Context;
import io.vertx.core.Future;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** Blocking work on a thread of an executor of one's own, whose outcome comes to a context. */
public final class Offload {

    private Offload() {}

    /**
     * Does the work elsewhere.
     *
     * @return the work's value or what it threw, as it was thrown; fails with {@link
     *     RejectedExecutionException} when the executor takes no more
     */
    public static <T> Future<T> call(Context context, Executor executor, Callable<T> work) {
        CompletableFuture<T> done = new CompletableFuture<>();
        try {
            executor.execute(() -> run(work, done));
        } catch (RejectedExecutionException closed) {
            done.completeExceptionally(closed);
        }
        return Future.fromCompletionStage(done, context);
    }

    private static <T> void run(Callable<T> work, CompletableFuture<T> done) {
        try {
            done.complete(work.call());
        } catch (Exception | Error fault) {
            done.completeExceptionally(fault);
        }
    }
}
