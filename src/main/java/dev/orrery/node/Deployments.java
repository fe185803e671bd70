package dev.orrery.node;

import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The verticles of a role that run. They end in the order in which they began: those that take
 * requests before those that answer them.
 */
final class Deployments {

    private final Vertx vertx;
    private final Queue<String> running = new ConcurrentLinkedQueue<>();

    Deployments(Vertx vertx) {
        this.vertx = vertx;
    }

    Future<String> deploy(Deployable verticle) {
        return vertx.deployVerticle(verticle).onSuccess(running::add);
    }

    boolean isEmpty() {
        return running.isEmpty();
    }

    /** Undeploys one after the other; an error of one does not keep the others. */
    Future<Void> undeployAll() {
        String next = running.poll();
        if (next == null) {
            return Future.succeededFuture();
        }
        return vertx.undeploy(next).eventually(this::undeployAll);
    }
}
