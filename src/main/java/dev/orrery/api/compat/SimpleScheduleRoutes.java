package dev.orrery.api.compat;

import dev.orrery.api.Access;
import dev.orrery.api.Call;
import dev.orrery.api.Guest;
import dev.orrery.api.RouteSet;
import dev.orrery.api.Routes;
import dev.orrery.api.json.JobDraft;
import dev.orrery.api.json.JobJson;
import dev.orrery.api.json.JobReader;
import dev.orrery.api.json.Json;
import dev.orrery.api.json.JsonReader;
import dev.orrery.api.json.Refusal;
import dev.orrery.api.rest.Intake;
import dev.orrery.api.schedule.ScheduleDesk;
import dev.orrery.model.JobSpec;
import dev.orrery.model.Namespace;
import dev.orrery.model.ProblemCode;
import dev.orrery.model.schedule.Cron;
import dev.orrery.model.schedule.Schedule;
import dev.orrery.model.schedule.ScheduleSpec;
import dev.orrery.model.schedule.ScheduleSpec.Misfire;
import dev.orrery.model.schedule.ScheduleSpec.Overlap;

import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;

import java.io.IOException;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/**
 * The three routes of the task scheduler beside the simple Go system: a command and when it runs.
 *
 * <p>As there, it goes by this machine's zone and makes up for nothing that was missed.
 */
public final class SimpleScheduleRoutes implements RouteSet {
    private static final List<String> FIELDS = List.of("cron", "exec");
    private static final String LABEL = "interface";

    /** Linux takes no longer argument. */
    private static final int LINE_MAX = 131_071;

    private static final int CRON_MAX = 500;
    private static final int LIST_MAX = 10_000;

    private final Intake intake;
    private final ScheduleDesk desk;

    /** Routes that take commands by the intake, and schedules by the desk. */
    public SimpleScheduleRoutes(Intake intake, ScheduleDesk desk) {
        this.intake = intake;
        this.desk = desk;
    }

    @Override
    public void mount(Routes routes) {
        routes.add(HttpMethod.GET, "/jobs", Access.GUEST_VIEWER, this::list);
        routes.add(HttpMethod.POST, "/jobs", Access.GUEST_SUBMITTER, this::create);
        routes.add(HttpMethod.DELETE, "/jobs/{id}", Access.GUEST_SUBMITTER, this::delete);
    }

    private static final class Wish {
        private Optional<Cron> cron = Optional.empty();
        private String line = "";

        void read(JsonReader in, String field) throws IOException {
            switch (field) {
                case "cron" -> cron = Optional.of(cron(in));
                case "exec" -> line = in.text(1, LINE_MAX);
                default -> throw new IllegalStateException("no reader for the field " + field);
            }
        }

        private static Cron cron(JsonReader in) throws IOException {
            String text = in.text(1, CRON_MAX);
            try {
                return Cron.parse(text);
            } catch (IllegalArgumentException e) {
                throw in.invalid(
                        "\"" + text + "\": " + e.getMessage(),
                        "write minute, hour, day of month, month and day of week");
            }
        }

        Cron cron() {
            return cron.orElseThrow(() -> missing("cron", "send \"cron\": \"*/5 * * * *\""));
        }

        JobDraft job() {
            if (line.isBlank()) {
                throw missing("exec", "send \"exec\": \"a line for the shell\"");
            }
            JobDraft draft = new JobDraft();
            JobReader.read(
                    Json.bytes(out -> {
                        out.writeStartObject();
                        out.writeStringField("command", line);
                        out.writeObjectFieldStart("labels");
                        out.writeStringField(LABEL, "simple");
                        out.writeEndObject();
                        out.writeEndObject();
                    }),
                    draft);
            return draft;
        }

        private static Refusal missing(String field, String remedy) {
            return Refusal.ofField(
                    ProblemCode.MISSING_FIELD, field, "a schedule needs this field", remedy);
        }
    }

    private Future<?> create(Call call) {
        if (!Intake.mediaType(call).equals("application/json")) {
            throw Refusal.ofField(
                    ProblemCode.UNSUPPORTED_MEDIA_TYPE,
                    "Content-Type",
                    "a schedule comes as JSON",
                    "send the header 'Content-Type: application/json'");
        }
        Wish wish = new Wish();
        return intake.json(
                        call,
                        Guest.NAMESPACE,
                        body -> {
                            JsonReader.document(body, FIELDS, wish::read);
                            return wish.job();
                        },
                        job -> create(wish.cron(), job, call.principal().name()))
                .compose(made ->
                        call.json(
                                200,
                                out -> {
                                    out.writeStartObject();
                                    out.writeStringField("id", made.id().toString());
                                    out.writeEndObject();
                                }));
    }

    /** Named after its id, because it has no name there. */
    private Future<Schedule> create(Cron cron, JobSpec job, String by) {
        return desk.create(
                id ->
                        new ScheduleSpec(
                                id.toString(),
                                cron,
                                ZoneId.systemDefault(),
                                job,
                                Misfire.SKIP,
                                Overlap.ALLOW,
                                Optional.empty(),
                                Optional.empty()),
                by);
    }

    private Future<?> list(Call call) {
        Namespace namespace = call.principal().namespace().orElse(Guest.NAMESPACE);
        return desk.list(Optional.of(namespace), Optional.empty(), LIST_MAX)
                .compose(found ->
                        call.json(
                                200,
                                out -> {
                                    out.writeStartArray();
                                    for (Schedule schedule : found) {
                                        if (isOfHere(schedule)) {
                                            out.writeStartObject();
                                            out.writeStringField("id", schedule.id().toString());
                                            JobJson.instant(out, "next", schedule.next());
                                            out.writeEndObject();
                                        }
                                    }
                                    out.writeEndArray();
                                }));
    }

    private Future<?> delete(Call call) {
        Namespace namespace = call.principal().namespace().orElse(Guest.NAMESPACE);
        return desk.find(call.principal(), Optional.of(namespace), call.parameter("id"))
                .compose(found -> {
                    if (!isOfHere(found)) {
                        throw Refusal.notFound("schedule of this id");
                    }
                    return desk.delete(found, call.principal().name());
                })
                .compose(done -> call.empty(200));
    }

    private static boolean isOfHere(Schedule schedule) {
        return "simple".equals(schedule.spec().job().labels().get(LABEL));
    }
}
