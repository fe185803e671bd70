package dev.orrery.api;

import io.vertx.core.Future;

/** A group of routes that belong together, with whatever they hold open. */
public interface RouteSet {
    /** Adds the routes. */
    void mount(Routes routes);

    /** Ends what is open, before the server closes. */
    default Future<Void> close() {
        return Future.succeededFuture();
    }
}
