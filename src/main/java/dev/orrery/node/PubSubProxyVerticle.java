package dev.orrery.node;

import dev.orrery.api.ApiServer;
import dev.orrery.api.stream.Fanout;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;

import java.util.Optional;
import java.util.function.Function;

/**
 * A proxy: subscribes upstream once for each topic, and fans events out to any number of clients.
 *
 * <p>On a node of its own it has an HTTP server of its own; beside a master it shares the master's.
 */
public final class PubSubProxyVerticle extends VerticleBase {

    private final Function<Context, Fanout> making;
    private final Function<Fanout, Optional<ApiServer>> serving;
    private Optional<Fanout> fanout = Optional.empty();
    private Optional<ApiServer> server = Optional.empty();
    private int port;

    PubSubProxyVerticle(
            Function<Context, Fanout> making, Function<Fanout, Optional<ApiServer>> serving) {
        this.making = making;
        this.serving = serving;
    }

    @Override
    public Future<?> start() {
        Fanout made = making.apply(context);
        fanout = Optional.of(made);
        server = serving.apply(made);
        return made.start()
                .compose(done ->
                        server.map(it -> it.listen().onSuccess(found -> port = found))
                                .orElse(Future.succeededFuture(0)));
    }

    /** The hub, once started. */
    Fanout fanout() {
        return fanout.orElseThrow();
    }

    /** The port of its own server; 0 when it has none. */
    int port() {
        return port;
    }

    @Override
    public Future<?> stop() {
        return server.map(ApiServer::close)
                .orElse(Future.succeededFuture())
                .eventually(() -> fanout.map(Fanout::stop).orElse(Future.succeededFuture()));
    }
}
