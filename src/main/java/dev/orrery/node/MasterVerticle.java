package dev.orrery.node;

import dev.orrery.api.ApiServer;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;

import java.time.Duration;

/** A master's front: serves the API, and removes what has been kept long enough. */
public final class MasterVerticle extends VerticleBase {

    private static final Duration RETENTION_PAUSE_MIN = Duration.ofSeconds(1);
    private static final Duration RETENTION_PAUSE_MAX = Duration.ofMinutes(1);

    private final ApiServer server;
    private final Retention retention;
    private final Duration pause;
    private int port;

    /**
     * A front that does not serve yet.
     *
     * @param kept how long an ended job usually stays; what is kept shorter is looked at more often
     */
    MasterVerticle(ApiServer server, Retention retention, Duration kept) {
        this.server = server;
        this.retention = retention;
        Duration most = kept.compareTo(RETENTION_PAUSE_MAX) < 0 ? kept : RETENTION_PAUSE_MAX;
        this.pause = most.compareTo(RETENTION_PAUSE_MIN) > 0 ? most : RETENTION_PAUSE_MIN;
    }

    @Override
    public Future<?> start() {
        vertx.setPeriodic(pause.toMillis(), id -> keepOrder());
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
