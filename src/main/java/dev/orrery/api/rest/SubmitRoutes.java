package dev.orrery.api.rest;

import dev.orrery.api.Access;
import dev.orrery.api.Call;
import dev.orrery.api.RouteSet;
import dev.orrery.api.Routes;
import dev.orrery.api.form.MultipartReader;
import dev.orrery.api.json.JobDraft;
import dev.orrery.api.json.JobReader;
import dev.orrery.api.json.Refusal;
import dev.orrery.model.Namespace;
import dev.orrery.model.ProblemCode;
import dev.orrery.model.TaskStatus;

import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;

import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;

/** Takes submissions, as JSON or as a form with files. */
public final class SubmitRoutes implements RouteSet {
    private final Intake intake;
    private final InstantSource clock;

    /** Routes into the intake. */
    public SubmitRoutes(Intake intake, InstantSource clock) {
        this.intake = intake;
        this.clock = clock;
    }

    @Override
    public void mount(Routes routes) {
        routes.add(HttpMethod.POST, "/api/v1/jobs", Access.SUBMITTER, this::submit);
    }

    private Future<?> submit(Call call) {
        Future<Intake.Made> made =
                switch (Intake.mediaType(call)) {
                    case "application/json" ->
                            intake.json(call, Namespace.DEFAULT, SubmitRoutes::read);
                    case "multipart/form-data" ->
                            intake.form(call, Namespace.DEFAULT, SubmitRoutes::read);
                    default ->
                            throw Refusal.ofField(
                                    ProblemCode.UNSUPPORTED_MEDIA_TYPE,
                                    "Content-Type",
                                    "a submission is JSON or a form with files",
                                    "send application/json or multipart/form-data");
                };
        return made.compose(job -> answer(call, job));
    }

    private static JobDraft read(byte[] json) {
        JobDraft draft = new JobDraft();
        JobReader.read(json, draft);
        return draft;
    }

    private static Intake.Fields read(MultipartReader parts, Upload upload)
            throws InterruptedException, IOException {
        upload.receive(parts);
        return new Intake.Fields(upload.draft(), upload.script());
    }

    private Future<Void> answer(Call call, Intake.Made made) {
        Instant now = clock.instant();
        boolean waits = made.spec().notBefore().filter(at -> at.isAfter(now)).isPresent();
        String id = made.accepted().job().toString();
        call.response().putHeader(HttpHeaders.LOCATION, "/api/v1/jobs/" + id);
        return call.json(
                201,
                out -> {
                    out.writeStartObject();
                    out.writeStringField("id", id);
                    out.writeNumberField("number", made.accepted().number());
                    out.writeStringField("namespace", made.spec().namespace().name());
                    out.writeStringField(
                            "state", (waits ? TaskStatus.WAITING : TaskStatus.QUEUED).name());
                    out.writeBooleanField("replayed", made.accepted().replayed());
                    out.writeEndObject();
                });
    }
}
