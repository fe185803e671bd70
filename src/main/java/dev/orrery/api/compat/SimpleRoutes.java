package dev.orrery.api.compat;

import dev.orrery.api.Access;
import dev.orrery.api.Call;
import dev.orrery.api.Guest;
import dev.orrery.api.RouteSet;
import dev.orrery.api.Routes;
import dev.orrery.api.json.JobDraft;
import dev.orrery.api.json.JobReader;
import dev.orrery.api.json.Json;
import dev.orrery.api.json.JsonReader;
import dev.orrery.api.json.Refusal;
import dev.orrery.api.rest.Intake;
import dev.orrery.model.ProblemCode;

import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;

import java.util.List;

/** The one route of the simple Go system: a command as a line, and an empty answer. */
public final class SimpleRoutes implements RouteSet {
    private static final List<String> FIELDS = List.of("cmd");

    /** Linux takes no longer argument. */
    private static final int LINE_MAX = 131_071;

    private final Intake intake;

    /** A route into the intake. */
    public SimpleRoutes(Intake intake) {
        this.intake = intake;
    }

    @Override
    public void mount(Routes routes) {
        routes.add(HttpMethod.POST, "/tasks", Access.GUEST_SUBMITTER, this::submit);
    }

    private Future<?> submit(Call call) {
        if (!Intake.mediaType(call).equals("application/json")) {
            throw Refusal.ofField(
                    ProblemCode.UNSUPPORTED_MEDIA_TYPE,
                    "Content-Type",
                    "a command comes as JSON",
                    "send the header 'Content-Type: application/json'");
        }
        return intake.json(call, Guest.NAMESPACE, SimpleRoutes::read)
                .compose(made -> {
                    call.response()
                            .putHeader(
                                    HttpHeaders.LOCATION, "/api/v1/jobs/" + made.accepted().job());
                    return call.empty(200);
                });
    }

    private static JobDraft read(byte[] body) {
        String[] line = {""};
        JsonReader.document(
                body,
                FIELDS,
                (in, _) -> {
                    line[0] = in.text(1, LINE_MAX);
                    if (line[0].isBlank()) {
                        throw in.invalid("the command is empty", "give a line for the shell");
                    }
                });
        if (line[0].isEmpty()) {
            throw Refusal.ofField(
                    ProblemCode.MISSING_FIELD,
                    "cmd",
                    "there is no command",
                    "send {\"cmd\": \"a line for the shell\"}");
        }
        JobDraft draft = new JobDraft();
        JobReader.read(
                Json.bytes(out -> {
                    out.writeStartObject();
                    out.writeStringField("command", line[0]);
                    out.writeObjectFieldStart("labels");
                    out.writeStringField("interface", "simple");
                    out.writeEndObject();
                    out.writeEndObject();
                }),
                draft);
        return draft;
    }
}
