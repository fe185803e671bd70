package dev.orrery.api.stream;

import dev.orrery.api.json.JobJson;
import dev.orrery.api.json.Json;
import dev.orrery.api.json.ProblemJson;
import dev.orrery.model.CapturedLog;
import dev.orrery.model.Namespace;
import dev.orrery.model.Problem;
import dev.orrery.protocol.Principal;

import java.util.Locale;
import java.util.Optional;

/**
 * One event as clients get it, encoded once for all of them.
 *
 * @param topic empty when it concerns the whole connection
 * @param seq the number of a durable event, else 0
 * @param key events with the same key supersede each other; empty for all but volatile ones
 * @param piece what it brings of a log
 */
record Frame(
        Optional<String> topic,
        String type,
        long seq,
        Kind kind,
        String key,
        Optional<Piece> piece,
        String json) {

    /** Which bytes of the output a frame of a log brings, to before this offset. */
    record Piece(int attempt, CapturedLog.Stream stream, long end) {}

    /** What may happen to a frame when its reader is slow. */
    enum Kind {
        /** Is never left out. */
        DURABLE,
        /** May be superseded or left out. */
        VOLATILE,
        /** Belongs to the conversation itself. */
        CONTROL
    }

    static Frame durable(String topic, String type, long seq, String json) {
        return new Frame(Optional.of(topic), type, seq, Kind.DURABLE, "", Optional.empty(), json);
    }

    static Frame chunk(String topic, Piece piece, String json) {
        return new Frame(
                Optional.of(topic), "chunk", 0, Kind.DURABLE, "", Optional.of(piece), json);
    }

    static Frame live(String topic, String type, String key, String json) {
        return new Frame(Optional.of(topic), type, 0, Kind.VOLATILE, key, Optional.empty(), json);
    }

    static Frame control(String type, Json.Body fields) {
        return control(Optional.empty(), type, fields);
    }

    /** Tells a client who it is, so that it offers nothing that it may not do. */
    static Frame welcome(Principal principal) {
        return control(
                "welcome",
                out -> {
                    out.writeStringField("name", principal.name());
                    out.writeStringField("role", principal.role().name().toLowerCase(Locale.ROOT));
                    JobJson.optional(out, "namespace", principal.namespace().map(Namespace::name));
                });
    }

    static Frame subscribed(String topic, long head) {
        return control(Optional.of(topic), "subscribed", out -> out.writeNumberField("seq", head));
    }

    static Frame truncated(String topic, long first) {
        return control(
                Optional.of(topic), "truncated", out -> out.writeNumberField("first", first));
    }

    static Frame unsubscribed(String topic) {
        return control(Optional.of(topic), "unsubscribed", _ -> {});
    }

    static Frame lagging(Optional<String> topic) {
        return control(topic, "lagging", _ -> {});
    }

    static Frame error(Optional<String> topic, Problem problem) {
        return control(
                topic,
                "error",
                out -> {
                    out.writeFieldName("problem");
                    ProblemJson.write(out, problem);
                });
    }

    private static Frame control(Optional<String> topic, String type, Json.Body fields) {
        String json =
                Json.text(out -> {
                    out.writeStartObject();
                    if (topic.isPresent()) {
                        out.writeStringField("topic", topic.get());
                    }
                    out.writeStringField("type", type);
                    fields.write(out);
                    out.writeEndObject();
                });
        return new Frame(topic, type, 0, Kind.CONTROL, "", Optional.empty(), json);
    }
}
