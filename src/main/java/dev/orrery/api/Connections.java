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
 * not read its answer. A plain idle timeout would also cut a silent log that somebody follows. What
 * became a WebSocket is left alone: its session's pings find out whether somebody is there.
 */
final class Connections {
    private static final int SWEEPS = 10;

    private final Duration idle;
    private final Map<HttpConnection, Activity> open = new HashMap<>();
    private long timer = -1;

    /**
     * @param idle time without a movement after which a connection is closed
     */
    Connections(Duration idle) {
        this.idle = idle;
    }

    void start(Vertx vertx) {
        timer = vertx.setPeriodic(idle.toMillis() / SWEEPS, _ -> sweep(System.nanoTime()));
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

    /** It speaks WebSocket from here on. */
    void upgraded(HttpConnection connection) {
        open.remove(connection);
    }

    private void sweep(long now) {
        Iterator<Map.Entry<HttpConnection, Activity>> all = open.entrySet().iterator();
        while (all.hasNext()) {
            Map.Entry<HttpConnection, Activity> entry = all.next();
            if (entry.getValue().isStuck(now, idle.toNanos())) {
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

        boolean isStuck(long now, long idleNanos) {
            Optional<HttpServerResponse> pending =
                    response.filter(answer -> !answer.ended() && !answer.closed());
            if (pending.isPresent()) {
                long written = pending.get().bytesWritten();
                if (!pending.get().writeQueueFull() || written != bytesWritten) {
                    bytesWritten = written;
                    since = now;
                }
            }
            return now - since > idleNanos;
        }
    }
}
