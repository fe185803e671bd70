package dev.orrery.node;

import dev.orrery.api.ApiServer;
import dev.orrery.store.replica.CopyRound;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;

import java.time.Duration;
import java.util.Optional;

/** A master's front: serves the API, and keeps order among what is kept. */
public final class MasterVerticle extends VerticleBase {

    private static final Duration RETENTION_PAUSE_MIN = Duration.ofSeconds(1);
    private static final Duration RETENTION_PAUSE_MAX = Duration.ofMinutes(1);
    private static final Duration COPIES_PAUSE = Duration.ofMinutes(1);

    private final ApiServer server;
    private final Retention retention;
    private final Optional<CopyRound> copies;
    private final Duration pause;
    private int port;

    /**
     * A front that does not serve yet.
     *
     * @param copies makes up for bytes that were lost with other masters
     * @param kept how long an ended job usually stays; what is kept shorter is looked at more often
     */
    MasterVerticle(
            ApiServer server, Retention retention, Optional<CopyRound> copies, Duration kept) {
        this.server = server;
        this.retention = retention;
        this.copies = copies;
        Duration most = kept.compareTo(RETENTION_PAUSE_MAX) < 0 ? kept : RETENTION_PAUSE_MAX;
        this.pause = most.compareTo(RETENTION_PAUSE_MIN) > 0 ? most : RETENTION_PAUSE_MIN;
    }

    @Override
    public Future<?> start() {
        vertx.setPeriodic(pause.toMillis(), id -> keepOrder());
        copies.ifPresent(it -> vertx.setPeriodic(COPIES_PAUSE.toMillis(), id -> makeUp(it)));
        return server.listen().onSuccess(found -> port = found);
    }

    private void keepOrder() {
        Thread.ofVirtual().name("retention").start(retention::run);
    }

    private static void makeUp(CopyRound copies) {
        Thread.ofVirtual().name("copies").start(copies::run);
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
