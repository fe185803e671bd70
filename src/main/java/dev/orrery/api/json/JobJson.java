package dev.orrery.api.json;

import com.fasterxml.jackson.core.JsonGenerator;

import dev.orrery.model.JobSpec;
import dev.orrery.model.JobSpec.Constraint;
import dev.orrery.model.Quantities;
import dev.orrery.model.Resources;
import dev.orrery.model.StoredFile;
import dev.orrery.model.Work;
import dev.orrery.store.JobReads.JobRow;

import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The JSON forms of a job: its row in a list and its specification. */
public final class JobJson {
    private JobJson() {}

    /** Writes the fields of a row into the open object. */
    public static void rowFields(JsonGenerator out, JobRow row) throws IOException {
        out.writeStringField("id", row.job().toString());
        out.writeNumberField("number", row.number());
        out.writeStringField("namespace", row.namespace().name());
        if (!row.name().isEmpty()) {
            out.writeStringField("name", row.name());
        }
        out.writeStringField("owner", row.owner());
        texts(out, "labels", row.labels());
        out.writeNumberField("priority", row.priority());
        out.writeStringField("state", row.status().name());
        out.writeNumberField("round", row.round());
        out.writeNumberField("attempt", row.attempt());
        optional(out, "worker", row.worker());
        if (row.exitCode().isPresent()) {
            out.writeNumberField("exitCode", row.exitCode().getAsInt());
        }
        optional(out, "reason", row.reason());
        out.writeStringField("submittedAt", row.submittedAt().toString());
        instant(out, "startedAt", row.startedAt());
        instant(out, "endedAt", row.endedAt());
        out.writeNumberField("lastSeq", row.lastSeq());
    }

    /** Writes what was asked for, with the names that a request uses. */
    public static void spec(JsonGenerator out, JobSpec spec) throws IOException {
        out.writeStartObject();
        if (!spec.name().isEmpty()) {
            out.writeStringField("name", spec.name());
        }
        out.writeStringField("namespace", spec.namespace().name());
        texts(out, "labels", spec.labels());
        work(out, spec.work());
        texts(out, "env", spec.environment());
        if (spec.stdin().size() > 0) {
            out.writeStringField("stdin", spec.stdin().toText());
        }
        strings(out, "outputs", spec.outputs());
        resources(out, "resources", spec.resources(), "memory");
        out.writeNumberField("priority", spec.priority());
        instant(out, "deadline", spec.deadline());
        instant(out, "notBefore", spec.notBefore());
        if (spec.timeout().isPresent()) {
            duration(out, "timeout", spec.timeout().get());
        }
        out.writeNumberField("retries", spec.retry().retries());
        out.writeNumberField("restarts", spec.retry().restarts());
        duration(out, "backoff", spec.retry().backoff());
        duration(out, "backoffMax", spec.retry().backoffMax());
        duration(out, "retention", spec.retention());
        constraints(out, spec.constraints());
        if (spec.maxParallel() > 0) {
            out.writeNumberField("maxParallel", spec.maxParallel());
        }
        out.writeBooleanField("exclusive", spec.exclusive());
        out.writeEndObject();
    }

    /** Writes files without their bytes. */
    public static void files(JsonGenerator out, String field, List<StoredFile> files)
            throws IOException {
        out.writeArrayFieldStart(field);
        for (StoredFile file : files) {
            out.writeStartObject();
            out.writeStringField("name", file.name());
            out.writeNumberField("sizeBytes", file.sizeBytes());
            out.writeStringField("sha256", file.sha256());
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    /**
     * Writes an amount; the field of its memory has another name in a request than in an answer.
     */
    public static void resources(
            JsonGenerator out, String field, Resources amount, String memoryField)
            throws IOException {
        out.writeObjectFieldStart(field);
        out.writeNumberField("cpus", plain(BigDecimal.valueOf(amount.cpuMillis(), 3)));
        out.writeNumberField(memoryField, amount.memoryBytes());
        out.writeNumberField("gpus", amount.gpus());
        out.writeObjectFieldStart("named");
        for (Map.Entry<String, Long> entry : amount.named().entrySet()) {
            out.writeNumberField(entry.getKey(), entry.getValue());
        }
        out.writeEndObject();
        out.writeEndObject();
    }

    /** Writes texts by name. */
    public static void texts(JsonGenerator out, String field, Map<String, String> texts)
            throws IOException {
        out.writeObjectFieldStart(field);
        for (Map.Entry<String, String> entry : texts.entrySet()) {
            out.writeStringField(entry.getKey(), entry.getValue());
        }
        out.writeEndObject();
    }

    /** Writes a moment when there is one. */
    public static void instant(JsonGenerator out, String field, Optional<Instant> at)
            throws IOException {
        if (at.isPresent()) {
            out.writeStringField(field, at.get().toString());
        }
    }

    /** Writes a text when there is one. */
    public static void optional(JsonGenerator out, String field, Optional<String> text)
            throws IOException {
        if (text.isPresent()) {
            out.writeStringField(field, text.get());
        }
    }

    /** Writes a duration of an answer as a number of seconds. */
    public static void seconds(JsonGenerator out, String field, Duration duration)
            throws IOException {
        out.writeNumberField(field, plain(BigDecimal.valueOf(duration.toNanos() / 1_000, 6)));
    }

    private static void work(JsonGenerator out, Work work) throws IOException {
        switch (work) {
            case Work.Command(List<String> argv) -> strings(out, "command", argv);
            case Work.Shell(String line) -> out.writeStringField("command", line);
            case Work.Script(String file, List<String> arguments) -> {
                out.writeStringField("script", file);
                strings(out, "args", arguments);
            }
        }
    }

    private static void constraints(JsonGenerator out, List<Constraint> constraints)
            throws IOException {
        out.writeArrayFieldStart("constraints");
        for (Constraint constraint : constraints) {
            out.writeStartObject();
            out.writeStringField("label", constraint.label());
            strings(out, constraint.matches() ? "in" : "notIn", constraint.values());
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    private static void strings(JsonGenerator out, String field, List<String> texts)
            throws IOException {
        out.writeArrayFieldStart(field);
        for (String text : texts) {
            out.writeString(text);
        }
        out.writeEndArray();
    }

    private static void duration(JsonGenerator out, String field, Duration duration)
            throws IOException {
        out.writeStringField(field, Quantities.formatDuration(duration));
    }

    private static BigDecimal plain(BigDecimal number) {
        BigDecimal stripped = number.stripTrailingZeros();
        return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
    }
}
