package dev.orrery.node;

import dev.orrery.api.ApiServer;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;

import java.time.Duration;

/** A master's front: serves the API, and removes what has been kept long enough. */
public final class MasterVerticle extends VerticleBase {

    private static final Duration RETENTION_PAUSE = Duration.ofMinutes(1);

    private final ApiServer server;
    private final Retention retention;
    private int port;

    MasterVerticle(ApiServer server, Retention retention) {
        this.server = server;
        this.retention = retention;
    }

    @Override
    public Future<?> start() {
        vertx.setPeriodic(RETENTION_PAUSE.toMillis(), id -> keepOrder());
        return server.listen().onSuccess(found -> port = found);
    }

    private void keepOrder() {
        Thread.ofVirtual().name("retention").start(retention::run);
    }

    /** The port of the API, once started. */
    int port() {
        return port;
    }

    @Override
    public Future<?> stop() {
        return server.close();
    }
}
