package dev.orrery.api.stream;

import dev.orrery.api.json.JsonReader;
import dev.orrery.api.json.Refusal;
import dev.orrery.model.ProblemCode;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What a WebSocket client asks for in one message. */
sealed interface ClientOp {
    /** Says who the client is. */
    record Auth(String token) implements ClientOp {}

    /** Wants a topic: a job's events after a number, or its logs from a place on. */
    record Subscribe(String topic, long after, LogStart start) implements ClientOp {}

    /** Wants a topic no longer. */
    record Unsubscribe(String topic) implements ClientOp {}

    /** Wants to know whether the connection lives. */
    record Ping() implements ClientOp {}

    /** Reads a message, or refuses it. */
    static ClientOp parse(String text) {
        Draft draft = new Draft();
        JsonReader.document(text.getBytes(StandardCharsets.UTF_8), Draft.FIELDS, draft::read);
        return switch (draft.op) {
            case "auth" -> new Auth(draft.token);
            case "subscribe" ->
                    new Subscribe(
                            draft.topic(),
                            draft.from,
                            new LogStart(draft.attempt, draft.stdout, draft.stderr));
            case "unsubscribe" -> new Unsubscribe(draft.topic());
            case "ping" -> new Ping();
            default ->
                    throw Refusal.ofField(
                            ProblemCode.INVALID_VALUE,
                            "op",
                            "there is no such operation",
                            "use auth, subscribe, unsubscribe or ping");
        };
    }

    /** The fields of a message while they are read. */
    final class Draft {
        private static final List<String> FIELDS =
                List.of("op", "token", "topic", "from", "attempt", "stdout", "stderr");
        private static final int TEXT_MAX = 256;

        private String op = "";
        private String token = "";
        private String topic = "";
        private long from;
        private int attempt = LogStart.BEGINNING.attempt();
        private long stdout;
        private long stderr;

        private Draft() {}

        private void read(JsonReader in, String field) throws IOException {
            switch (field) {
                case "op" -> op = in.text(1, TEXT_MAX);
                case "token" -> token = in.text(1, TEXT_MAX);
                case "topic" -> topic = in.text(1, TEXT_MAX);
                case "from" -> from = in.integer(0, Long.MAX_VALUE);
                case "attempt" -> attempt = (int) in.integer(1, Integer.MAX_VALUE);
                case "stdout" -> stdout = in.integer(0, Long.MAX_VALUE);
                case "stderr" -> stderr = in.integer(0, Long.MAX_VALUE);
                default -> throw new IllegalStateException("no reader for the field " + field);
            }
        }

        private String topic() {
            if (topic.isEmpty()) {
                throw Refusal.ofField(
                        ProblemCode.MISSING_FIELD,
                        "topic",
                        "the topic is missing",
                        "name a topic, such as jobs.last");
            }
            return topic;
        }
    }
}
