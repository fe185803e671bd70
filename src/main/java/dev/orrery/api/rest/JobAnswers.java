package dev.orrery.api.rest;

import com.fasterxml.jackson.core.JsonGenerator;

import dev.orrery.api.JobHistory;
import dev.orrery.api.json.JobJson;
import dev.orrery.api.json.Outcomes;
import dev.orrery.model.CapturedLog;
import dev.orrery.model.Usage;
import dev.orrery.protocol.AttemptResult;
import dev.orrery.protocol.SchedulerReply;
import dev.orrery.store.JobReads.JobRow;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The larger answers about one job. */
final class JobAnswers {
    private JobAnswers() {}

    static void whole(JsonGenerator out, JobRow row, JobHistory history) throws IOException {
        out.writeStartObject();
        JobJson.rowFields(out, row);
        out.writeFieldName("spec");
        JobJson.spec(out, history.spec());
        JobJson.files(out, "inputs", history.spec().inputs());
        out.writeArrayFieldStart("attempts");
        for (JobHistory.Attempt attempt : history.attempts()) {
            attempt(out, attempt);
        }
        out.writeEndArray();
        JobJson.files(out, "outputs", history.outputs());
        out.writeEndObject();
    }

    static void task(JsonGenerator out, JobRow row) throws IOException {
        out.writeStartObject();
        out.writeNumberField("index", 0);
        out.writeStringField("state", row.status().name());
        out.writeNumberField("attempt", row.attempt());
        JobJson.optional(out, "worker", row.worker());
        if (row.exitCode().isPresent()) {
            out.writeNumberField("exitCode", row.exitCode().getAsInt());
        }
        JobJson.optional(out, "reason", row.reason());
        JobJson.instant(out, "startedAt", row.startedAt());
        JobJson.instant(out, "endedAt", row.endedAt());
        out.writeEndObject();
    }

    static void explained(JsonGenerator out, SchedulerReply.Explained explained)
            throws IOException {
        out.writeStartObject();
        out.writeStringField("id", explained.job().toString());
        out.writeStringField("state", explained.status().name());
        out.writeArrayFieldStart("reasons");
        for (String reason : explained.reasons()) {
            out.writeString(reason);
        }
        out.writeEndArray();
        out.writeEndObject();
    }

    /** Why an ended job is where it is, which needs no scheduler. */
    static SchedulerReply.Explained ended(JobRow row) {
        String reason =
                "it ended"
                        + row.endedAt().map(at -> " at " + at).orElse("")
                        + row.reason().map(word -> ": " + word).orElse("")
                        + (row.exitCode().isPresent() ? " " + row.exitCode().getAsInt() : "");
        return new SchedulerReply.Explained(row.job(), row.status(), List.of(reason));
    }

    private static void attempt(JsonGenerator out, JobHistory.Attempt attempt) throws IOException {
        out.writeStartObject();
        out.writeNumberField("number", attempt.id().number());
        out.writeStringField("worker", attempt.worker().name());
        out.writeStringField("state", attempt.status().name());
        JobJson.instant(out, "startedAt", attempt.startedAt());
        Optional<AttemptResult> result = attempt.result();
        if (result.isPresent()) {
            resultFields(out, result.get());
        }
        JobJson.optional(out, "reason", attempt.reason());
        out.writeEndObject();
    }

    private static void resultFields(JsonGenerator out, AttemptResult result) throws IOException {
        out.writeStringField("endedAt", result.endedAt().toString());
        number(out, "exitCode", Outcomes.exitCode(result.outcome()));
        number(out, "signal", Outcomes.signal(result.outcome()));
        JobJson.optional(out, "detail", Outcomes.detail(result.outcome()));
        Usage usage = result.usage();
        JobJson.seconds(out, "wallSeconds", usage.wall());
        JobJson.seconds(out, "userCpuSeconds", usage.userCpu());
        JobJson.seconds(out, "systemCpuSeconds", usage.systemCpu());
        out.writeNumberField("memoryPeakBytes", usage.memoryPeakBytes());
        log(out, "stdout", result.stdout());
        log(out, "stderr", result.stderr());
    }

    private static void log(JsonGenerator out, String stream, CapturedLog log) throws IOException {
        out.writeNumberField(stream + "Bytes", log.sizeBytes());
        out.writeNumberField(stream + "DroppedBytes", log.droppedBytes());
    }

    private static void number(JsonGenerator out, String field, OptionalInt number)
            throws IOException {
        if (number.isPresent()) {
            out.writeNumberField(field, number.getAsInt());
        }
    }
}
