package dev.orrery.api.json;

import com.fasterxml.jackson.core.JsonGenerator;

import dev.orrery.protocol.AttemptChange;
import dev.orrery.protocol.Pulse;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.function.ToLongFunction;

/** The JSON forms of what only those who look at the cluster as a whole want. */
public final class WatchJson {
    private WatchJson() {}

    /** Writes a list of pulses as a field of columns, which are shorter than rows. */
    public static void pulses(JsonGenerator out, String field, List<Pulse> pulses)
            throws IOException {
        out.writeObjectFieldStart(field);
        column(out, "at", pulses, pulse -> pulse.at().toEpochMilli());
        column(out, "seconds", pulses, Pulse::seconds);
        column(out, "waiting", pulses, Pulse::waiting);
        column(out, "queued", pulses, Pulse::queued);
        column(out, "assigned", pulses, Pulse::assigned);
        column(out, "running", pulses, Pulse::running);
        column(out, "submitted", pulses, Pulse::submitted);
        column(out, "succeeded", pulses, Pulse::succeeded);
        column(out, "failed", pulses, Pulse::failed);
        column(out, "otherwiseEnded", pulses, Pulse::otherwiseEnded);
        column(out, "latencyMicros", pulses, Pulse::latencyMicros);
        column(out, "latencyHighMicros", pulses, Pulse::latencyHighMicros);
        out.writeEndObject();
    }

    /** Writes an attempt that started or ended. */
    public static void attempt(JsonGenerator out, AttemptChange change) throws IOException {
        out.writeStartObject();
        out.writeStringField("job", change.attempt().job().toString());
        out.writeNumberField("attempt", change.attempt().number());
        out.writeStringField("namespace", change.namespace().name());
        if (change.number() > 0) {
            out.writeNumberField("number", change.number());
        }
        if (!change.name().isEmpty()) {
            out.writeStringField("name", change.name());
        }
        out.writeStringField("worker", change.worker().name());
        out.writeStringField("state", change.status().name());
        if (!change.reason().isEmpty()) {
            out.writeStringField("reason", change.reason());
        }
        if (change.startedAt().isPresent()) {
            out.writeNumberField("start", millis(change.startedAt().get()));
        }
        if (change.endedAt().isPresent()) {
            out.writeNumberField("end", millis(change.endedAt().get()));
        }
        out.writeEndObject();
    }

    private static void column(
            JsonGenerator out, String name, List<Pulse> pulses, ToLongFunction<Pulse> value)
            throws IOException {
        out.writeArrayFieldStart(name);
        for (Pulse pulse : pulses) {
            out.writeNumber(value.applyAsLong(pulse));
        }
        out.writeEndArray();
    }

    private static long millis(Instant at) {
        return at.toEpochMilli();
    }
}
