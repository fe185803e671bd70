package dev.orrery.api.stream;

import dev.orrery.api.Call;
import dev.orrery.api.json.Refusal;
import dev.orrery.model.ProblemCode;

import io.vertx.core.http.HttpServerResponse;

import java.util.List;
import java.util.Optional;

/**
 * One stream of server-sent events. The id of an event is the place in all topics of the stream
 * that have places, so that {@code Last-Event-ID} resumes each of them.
 */
final class SseSession implements Mailbox.Sink {
    private final Call call;
    private final HttpServerResponse response;
    private final Session session;
    private final Runnable closed;
    private SsePlaces places = SsePlaces.parse("");
    private long pingTimer = -1;
    private boolean ended;

    SseSession(Session.Surroundings around, Call call, Runnable closed) {
        this.call = call;
        this.response = call.response();
        this.closed = closed;
        this.session =
                new Session(
                        around,
                        new Session.Client(call.context(), call.principal(), call.token()),
                        this);
    }

    /** Begins the stream: each topic after its place. */
    void start(List<String> topics, SsePlaces from, long pingMillis) {
        response.putHeader("content-type", "text/event-stream");
        response.setChunked(true);
        response.drainHandler(_ -> session.mailbox().flush());
        response.exceptionHandler(_ -> {});
        response.closeHandler(_ -> closed());
        // Whoever waits for a sign of life learns how long.
        response.write(": ping every " + (pingMillis + 999) / 1000 + " s\nretry: 1000\n\n");
        pingTimer = call.context().owner().setPeriodic(pingMillis, _ -> ping());
        places = from;
        for (String topic : topics) {
            session.subscribe(topic, from.events(topic), from.logs(topic));
        }
    }

    void end() {
        if (!ended) {
            ended = true;
            response.end();
            closed();
        }
    }

    @Override
    public boolean isFull() {
        return response.writeQueueFull();
    }

    @Override
    public void send(Frame frame) {
        if (response.closed() || ended) {
            return;
        }
        StringBuilder text = new StringBuilder(frame.json().length() + 128);
        if (places.pass(frame)) {
            text.append("id: ").append(places).append('\n');
        }
        text.append("event: ").append(frame.type()).append('\n');
        text.append("data: ").append(frame.json()).append("\n\n");
        response.write(text.toString());
    }

    @Override
    public void hasRoomAgain() {
        session.resume();
    }

    @Override
    public void giveUp() {
        session.close();
        Refusal slow =
                Refusal.of(
                        ProblemCode.TOO_MANY,
                        "you read too slowly, and the stream ends here",
                        "connect again with Last-Event-ID");
        send(Frame.error(Optional.empty(), slow.problem()));
        end();
    }

    private void ping() {
        if (session.mailbox().isStuck()) {
            giveUp();
        } else if (!response.writeQueueFull()) {
            response.write(": ping\n\n");
        }
    }

    private void closed() {
        if (pingTimer >= 0) {
            call.context().owner().cancelTimer(pingTimer);
            pingTimer = -1;
            session.close();
            closed.run();
        }
    }
}
