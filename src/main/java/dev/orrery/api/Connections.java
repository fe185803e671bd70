package dev.orrery.api;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerResponse;

import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;

/**
 * The open connections, swept of those on which nothing moves: no request came, or the client does
 * not read its answer. A plain idle timeout would also cut a silent log that somebody follows.
 */
final class Connections {
    private static final long SWEEP_MILLIS = 5_000;
    private static final long IDLE_NANOS = Duration.ofSeconds(60).toNanos();

    private final Map<HttpConnection, Activity> open = new HashMap<>();
    private long timer = -1;

    void start(Vertx vertx) {
        timer = vertx.setPeriodic(SWEEP_MILLIS, _ -> sweep(System.nanoTime()));
    }

    void stop(Vertx vertx) {
        vertx.cancelTimer(timer);
    }

    void opened(HttpConnection connection) {
        open.put(connection, new Activity());
        connection.closeHandler(_ -> open.remove(connection));
    }

    void requested(HttpConnection connection, HttpServerResponse response) {
        Activity activity = open.get(connection);
        if (activity != null) {
            activity.begin(response);
        }
    }

    private void sweep(long now) {
        Iterator<Map.Entry<HttpConnection, Activity>> all = open.entrySet().iterator();
        while (all.hasNext()) {
            Map.Entry<HttpConnection, Activity> entry = all.next();
            if (entry.getValue().isStuck(now)) {
                all.remove();
                entry.getKey().close();
            }
        }
    }

    /** When something last moved on a connection. */
    private static final class Activity {
        private long since = System.nanoTime();
        private Optional<HttpServerResponse> response = Optional.empty();
        private long bytesWritten;

        void begin(HttpServerResponse next) {
            response = Optional.of(next);
            bytesWritten = 0;
            since = System.nanoTime();
        }

        boolean isStuck(long now) {
            Optional<HttpServerResponse> pending =
                    response.filter(answer -> !answer.ended() && !answer.closed());
            if (pending.isPresent()) {
                long written = pending.get().bytesWritten();
                if (!pending.get().writeQueueFull() || written != bytesWritten) {
                    bytesWritten = written;
                    since = now;
                }
            }
            return now - since > IDLE_NANOS;
        }
    }
}
