package dev.orrery.api.json;

import com.fasterxml.jackson.core.JsonGenerator;

import dev.orrery.protocol.AttemptResult;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.JobEvent.Next;
import dev.orrery.protocol.TopicMessage.TopicEvent.Progress;

import java.io.IOException;
import java.util.OptionalInt;

/** The JSON forms of events, as WebSocket and SSE clients get them. */
public final class EventJson {
    private EventJson() {}

    /** The word for what changed. */
    public static String type(JobEvent event) {
        return switch (event.change()) {
            case JobEvent.Submitted _ -> "submitted";
            case JobEvent.Released _ -> "released";
            case JobEvent.Assigned _ -> "assigned";
            case JobEvent.Unassigned _ -> "unassigned";
            case JobEvent.Started _ -> "started";
            case JobEvent.CancelRequested _ -> "cancel-requested";
            case JobEvent.AttemptEnded _ -> "attempt-ended";
            case JobEvent.Ended _ -> "ended";
            case JobEvent.Retried _ -> "retried";
        };
    }

    /** A durable event. */
    public static String durable(String topic, JobEvent event) {
        return Json.text(out -> {
            out.writeStartObject();
            out.writeStringField("topic", topic);
            out.writeNumberField("seq", event.seq());
            out.writeStringField("at", event.at().toString());
            out.writeStringField("type", type(event));
            out.writeStringField("state", event.status().name());
            out.writeBooleanField("terminal", event.status().isTerminal());
            changeFields(out, event);
            out.writeEndObject();
        });
    }

    /** How far a running attempt says it is. */
    public static String progress(String topic, Progress progress) {
        return Json.text(out -> {
            out.writeStartObject();
            out.writeStringField("topic", topic);
            out.writeStringField("type", "progress");
            out.writeStringField("at", progress.at().toString());
            out.writeNumberField("attempt", progress.attempt().number());
            out.writeNumberField("fraction", progress.fraction());
            out.writeStringField("text", progress.text());
            out.writeEndObject();
        });
    }

    private static void changeFields(JsonGenerator out, JobEvent event) throws IOException {
        switch (event.change()) {
            case JobEvent.Assigned assigned -> {
                out.writeNumberField("attempt", assigned.attempt());
                out.writeStringField("worker", assigned.worker().name());
            }
            case JobEvent.Unassigned unassigned -> {
                out.writeNumberField("attempt", unassigned.attempt());
                out.writeStringField("reason", unassigned.cause());
            }
            case JobEvent.Started started -> out.writeNumberField("attempt", started.attempt());
            case JobEvent.AttemptEnded ended -> {
                out.writeNumberField("attempt", ended.attempt());
                out.writeStringField("worker", ended.worker().name());
                resultFields(out, ended.result());
                nextFields(out, ended);
            }
            case JobEvent.Ended ended -> out.writeStringField("reason", ended.reason());
            case JobEvent.Retried retried -> out.writeNumberField("round", retried.round());
            case JobEvent.Submitted _, JobEvent.Released _, JobEvent.CancelRequested _ -> {}
        }
    }

    private static void resultFields(JsonGenerator out, AttemptResult result) throws IOException {
        OptionalInt exitCode = Outcomes.exitCode(result.outcome());
        if (exitCode.isPresent()) {
            out.writeNumberField("exitCode", exitCode.getAsInt());
        }
        OptionalInt signal = Outcomes.signal(result.outcome());
        if (signal.isPresent()) {
            out.writeNumberField("signal", signal.getAsInt());
        }
        JobJson.seconds(out, "wallSeconds", result.usage().wall());
    }

    private static void nextFields(JsonGenerator out, JobEvent.AttemptEnded ended)
            throws IOException {
        switch (ended.next()) {
            case Next.Over over -> out.writeStringField("reason", over.reason());
            case Next.Again again -> {
                out.writeStringField("reason", Outcomes.reason(ended.result().outcome()));
                out.writeStringField("notBefore", again.notBefore().toString());
            }
        }
    }
}
