package dev.orrery.api.stream;

import dev.orrery.api.Call;
import dev.orrery.api.json.Refusal;
import dev.orrery.model.ProblemCode;

import io.vertx.core.http.HttpServerResponse;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One stream of server-sent events. The id of an event is the place in all numbered topics of the
 * stream, so that {@code Last-Event-ID} resumes each of them.
 */
final class SseSession implements Mailbox.Sink {
    private final Call call;
    private final HttpServerResponse response;
    private final Session session;
    private final Map<String, Long> places = new LinkedHashMap<>();
    private final Runnable closed;
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

    /** Begins the stream: each topic after its number. */
    void start(List<String> topics, Map<String, Long> after, long pingMillis) {
        response.putHeader("content-type", "text/event-stream");
        response.setChunked(true);
        response.drainHandler(_ -> session.mailbox().flush());
        response.exceptionHandler(_ -> {});
        response.closeHandler(_ -> closed());
        response.write("retry: 1000\n\n");
        pingTimer = call.context().owner().setPeriodic(pingMillis, _ -> ping());
        places.putAll(after);
        for (String topic : topics) {
            session.subscribe(topic, after.getOrDefault(topic, 0L), LogStart.BEGINNING);
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
        if (frame.kind() == Frame.Kind.DURABLE && frame.topic().isPresent()) {
            String topic = frame.topic().get();
            if (topic.startsWith("jobs.")) {
                places.put(topic, frame.seq());
                text.append("id: ").append(place()).append('\n');
            }
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

    private String place() {
        return places.entrySet().stream()
                .map(entry -> entry.getKey() + ":" + entry.getValue())
                .collect(Collectors.joining(","));
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
