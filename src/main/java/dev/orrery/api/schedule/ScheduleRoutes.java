package dev.orrery.api.schedule;

import dev.orrery.api.Access;
import dev.orrery.api.Call;
import dev.orrery.api.Query;
import dev.orrery.api.RouteSet;
import dev.orrery.api.Routes;
import dev.orrery.api.form.MultipartReader;
import dev.orrery.api.form.PartHead;
import dev.orrery.api.json.JobDraft;
import dev.orrery.api.json.Refusal;
import dev.orrery.api.rest.Intake;
import dev.orrery.api.rest.Upload;
import dev.orrery.model.Namespace;
import dev.orrery.model.ProblemCode;
import dev.orrery.model.TaskStatus;
import dev.orrery.model.schedule.Schedule;
import dev.orrery.model.schedule.ScheduleId;
import dev.orrery.model.schedule.ScheduleSpec;
import dev.orrery.protocol.SchedulerRequest.ScheduleWish;

import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** Makes, shows and changes schedules. */
public final class ScheduleRoutes implements RouteSet {
    private static final String ALL = "/api/v1/schedules";
    private static final String ONE = ALL + "/{schedule}";
    private static final List<String> NAMESPACE = List.of("namespace");
    private static final List<String> PAGE = List.of("namespace", "limit", "cursor");
    private static final int LIMIT = 50;
    private static final int LIMIT_MAX = 500;

    private final Intake intake;
    private final ScheduleDesk desk;

    /** Routes that take jobs by the intake, and schedules by the desk. */
    public ScheduleRoutes(Intake intake, ScheduleDesk desk) {
        this.intake = intake;
        this.desk = desk;
    }

    @Override
    public void mount(Routes routes) {
        routes.add(HttpMethod.POST, ALL, Access.SUBMITTER, this::create);
        routes.add(HttpMethod.GET, ALL, Access.VIEWER, this::list);
        routes.add(HttpMethod.GET, ONE, Access.VIEWER, this::show);
        routes.add(HttpMethod.DELETE, ONE, Access.SUBMITTER, this::delete);
        routes.add(
                HttpMethod.POST,
                ONE + "/pause",
                Access.SUBMITTER,
                call -> change(call, new ScheduleWish.Pause()));
        routes.add(
                HttpMethod.POST,
                ONE + "/resume",
                Access.SUBMITTER,
                call -> change(call, new ScheduleWish.Resume()));
        routes.add(HttpMethod.POST, ONE + "/trigger", Access.SUBMITTER, this::trigger);
    }

    private Future<?> create(Call call) {
        ScheduleDraft draft = new ScheduleDraft(new JobDraft());
        Future<Schedule> made =
                switch (Intake.mediaType(call)) {
                    case "application/json" ->
                            intake.json(
                                    call,
                                    Namespace.DEFAULT,
                                    json -> {
                                        draft.read(json);
                                        return draft.job();
                                    },
                                    job -> create(call, draft.finish(job)));
                    case "multipart/form-data" -> form(call);
                    default ->
                            throw Refusal.ofField(
                                    ProblemCode.UNSUPPORTED_MEDIA_TYPE,
                                    "Content-Type",
                                    "a schedule is JSON or a form with files",
                                    "send application/json or multipart/form-data");
                };
        return made.compose(schedule -> {
            call.response().putHeader(HttpHeaders.LOCATION, ALL + "/" + schedule.id());
            return call.json(201, out -> ScheduleJson.whole(out, schedule));
        });
    }

    private Future<Schedule> create(Call call, ScheduleSpec spec) {
        return desk.create(id -> spec, by(call));
    }

    /** A form begins with the schedule; the other parts are those of a submission. */
    private Future<Schedule> form(Call call) {
        ScheduleDraft draft = new ScheduleDraft(new JobDraft());
        return intake.form(
                call,
                Namespace.DEFAULT,
                (parts, upload) -> fields(parts, upload, draft),
                job -> create(call, draft.finish(job)));
    }

    private static Intake.Fields fields(MultipartReader parts, Upload upload, ScheduleDraft draft)
            throws InterruptedException, IOException {
        Optional<PartHead> first = parts.nextPart();
        if (first.filter(part -> part.name().equals("schedule")).isEmpty()) {
            throw Refusal.ofField(
                    ProblemCode.MISSING_FIELD,
                    "schedule",
                    "the form does not begin with the schedule",
                    "send a part 'schedule' with JSON first, then the parts of the job");
        }
        draft.read(Upload.text(first.get(), parts).getBytes(StandardCharsets.UTF_8));
        upload.receive(parts);
        return new Intake.Fields(upload.draft(), upload.script());
    }

    private Future<?> list(Call call) {
        Query query = call.query(PAGE);
        Optional<Namespace> namespace = namespace(call, query);
        String remedy = "give the 'next' of the page before, as it was";
        Optional<ScheduleId> after = query.parsed("cursor", ScheduleId::parse, remedy);
        int limit = query.integer("limit", 1, LIMIT_MAX).orElse((long) LIMIT).intValue();
        return desk.list(namespace.or(() -> call.principal().namespace()), after, limit + 1)
                .compose(found ->
                        call.json(
                                200,
                                out -> {
                                    List<Schedule> page =
                                            found.subList(0, Math.min(limit, found.size()));
                                    out.writeStartObject();
                                    out.writeArrayFieldStart("items");
                                    for (Schedule schedule : page) {
                                        out.writeStartObject();
                                        ScheduleJson.fields(out, schedule);
                                        out.writeEndObject();
                                    }
                                    out.writeEndArray();
                                    if (found.size() > limit) {
                                        out.writeStringField(
                                                "next", page.getLast().id().toString());
                                    }
                                    out.writeEndObject();
                                }));
    }

    private Future<?> show(Call call) {
        return find(call).compose(found -> call.json(200, out -> ScheduleJson.whole(out, found)));
    }

    private Future<?> change(Call call, ScheduleWish wish) {
        return find(call)
                .compose(found -> desk.change(found, wish, by(call)))
                .compose(changed -> call.json(200, out -> ScheduleJson.whole(out, changed)));
    }

    private Future<?> delete(Call call) {
        return find(call)
                .compose(found -> desk.delete(found, by(call)))
                .compose(done -> call.empty(204));
    }

    private Future<?> trigger(Call call) {
        return find(call)
                .compose(found ->
                        desk.trigger(found, by(call))
                                .compose(accepted -> {
                                    String id = accepted.job().toString();
                                    call.response()
                                            .putHeader(HttpHeaders.LOCATION, "/api/v1/jobs/" + id);
                                    return call.json(
                                            201,
                                            out -> {
                                                out.writeStartObject();
                                                out.writeStringField("id", id);
                                                out.writeNumberField("number", accepted.number());
                                                out.writeStringField(
                                                        "namespace",
                                                        found.spec().namespace().name());
                                                out.writeStringField(
                                                        "state", TaskStatus.QUEUED.name());
                                                out.writeBooleanField(
                                                        "replayed", accepted.replayed());
                                                out.writeEndObject();
                                            });
                                }));
    }

    private Future<Schedule> find(Call call) {
        Query query = call.query(NAMESPACE);
        return desk.find(call.principal(), namespace(call, query), call.parameter("schedule"));
    }

    private static Optional<Namespace> namespace(Call call, Query query) {
        Optional<Namespace> namespace = query.namespace();
        if (namespace.isPresent() && !call.principal().sees(namespace.get())) {
            throw Refusal.notFound("namespace " + namespace.get());
        }
        return namespace;
    }

    private static String by(Call call) {
        return call.principal().name();
    }
}
