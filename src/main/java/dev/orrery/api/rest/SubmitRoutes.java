package dev.orrery.api.rest;

import dev.orrery.api.Access;
import dev.orrery.api.Blocking;
import dev.orrery.api.Call;
import dev.orrery.api.RequestBody;
import dev.orrery.api.RouteSet;
import dev.orrery.api.Routes;
import dev.orrery.api.form.MultipartReader;
import dev.orrery.api.json.JobDraft;
import dev.orrery.api.json.JobReader;
import dev.orrery.api.json.Refusal;
import dev.orrery.config.Settings;
import dev.orrery.model.JobId;
import dev.orrery.model.JobSpec;
import dev.orrery.model.Namespace;
import dev.orrery.model.ProblemCode;
import dev.orrery.model.StoredFile;
import dev.orrery.model.TaskStatus;
import dev.orrery.protocol.IdempotencyKey;
import dev.orrery.protocol.SchedulerReply;
import dev.orrery.protocol.SchedulerRequest;
import dev.orrery.store.CentralStore;

import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;

import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Takes submissions, as JSON or as a form with files. */
public final class SubmitRoutes implements RouteSet {
    private static final String KEY_HEADER = "Idempotency-Key";
    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,128}");
    private static final Pattern BOUNDARY =
            Pattern.compile("(?i);\\s*boundary=(?:\"([^\"]{1,70})\"|([^\\s;\"]{1,70}))");

    private final Settings settings;
    private final Leader leader;
    private final CentralStore store;
    private final Blocking blocking;
    private final InstantSource clock;
    private final JobIds ids;

    /** Routes that keep files in the store and hand jobs to the leader. */
    public SubmitRoutes(
            Settings settings,
            Leader leader,
            CentralStore store,
            Blocking blocking,
            InstantSource clock) {
        this.settings = settings;
        this.leader = leader;
        this.store = store;
        this.blocking = blocking;
        this.clock = clock;
        this.ids = new JobIds(clock);
    }

    @Override
    public void mount(Routes routes) {
        routes.add(HttpMethod.POST, "/api/v1/jobs", Access.SUBMITTER, this::submit);
    }

    private Future<?> submit(Call call) {
        String type =
                Optional.ofNullable(call.request().getHeader(HttpHeaders.CONTENT_TYPE)).orElse("");
        String media = type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        return switch (media) {
            case "application/json" -> submitJson(call);
            case "multipart/form-data" -> submitForm(call, type);
            default ->
                    throw Refusal.ofField(
                            ProblemCode.UNSUPPORTED_MEDIA_TYPE,
                            "Content-Type",
                            "a submission is JSON or a form with files",
                            "send application/json or multipart/form-data");
        };
    }

    private Future<Void> submitJson(Call call) {
        Optional<String> key = key(call);
        return call.body(settings.limits().bodyBytesMax())
                .compose(body -> {
                    JobDraft draft = new JobDraft();
                    JobReader.read(body.getBytes(), draft);
                    JobSpec spec = finish(call, draft, Optional.empty(), List.of(), key);
                    return ask(spec, key).compose(made -> answer(call, made));
                });
    }

    private Future<Void> submitForm(Call call, String contentType) {
        Optional<String> key = key(call);
        String boundary = boundary(contentType);
        long bytesMax = settings.limits().uploadBytesMax();
        checkLength(call, bytesMax);
        RequestBody body = RequestBody.open(call, settings.limits().uploadIdle(), bytesMax);
        MultipartReader parts =
                new MultipartReader(body::next, boundary, settings.limits().uploadPartsMax());
        Upload upload = new Upload(store, settings);
        return blocking.call(() -> receive(call, parts, upload, key))
                .compose(spec -> ask(spec, key))
                .transform(made ->
                        blocking.call(() -> letGo(upload, made.cause()))
                                .transform(_ ->
                                        made.succeeded()
                                                ? answer(call, made.result())
                                                : Future.failedFuture(made.cause())));
    }

    private JobSpec receive(Call call, MultipartReader parts, Upload upload, Optional<String> key)
            throws IOException, InterruptedException {
        Upload.checkSpace(store, settings);
        upload.receive(parts);
        JobSpec spec = finish(call, upload.draft(), upload.script(), upload.files(), key);
        upload.keep();
        return spec;
    }

    /** Without an answer the job may exist; then the files stay until the store is swept. */
    private static Void letGo(Upload upload, Throwable failure) {
        boolean unknown =
                failure instanceof Refusal refusal
                        && refusal.problem().code() == ProblemCode.UNAVAILABLE;
        if (failure == null || unknown) {
            upload.close();
        } else {
            upload.discard();
        }
        return null;
    }

    private JobSpec finish(
            Call call,
            JobDraft draft,
            Optional<String> script,
            List<StoredFile> files,
            Optional<String> key) {
        Namespace namespace =
                draft.namespace().or(() -> call.principal().namespace()).orElse(Namespace.DEFAULT);
        if (!call.principal().sees(namespace)) {
            throw Refusal.ofField(
                    ProblemCode.FORBIDDEN,
                    "namespace",
                    "your token is for another namespace",
                    "leave out 'namespace', or use a token of that namespace");
        }
        return draft.finish(
                new JobDraft.Surroundings(
                        namespace,
                        call.principal().name(),
                        script,
                        files,
                        clock.instant(),
                        key.isEmpty()),
                settings);
    }

    private Future<Made> ask(JobSpec spec, Optional<String> key) {
        JobId id = ids.next();
        Optional<IdempotencyKey> idempotency =
                key.map(text -> new IdempotencyKey(text, SpecHash.of(spec)));
        return leader.ask(new SchedulerRequest.Submit(id, spec, idempotency))
                .map(reply ->
                        switch (reply) {
                            case SchedulerReply.Accepted accepted -> new Made(accepted, spec);
                            case SchedulerReply.Refused _,
                                    SchedulerReply.Done _,
                                    SchedulerReply.Explained _,
                                    SchedulerReply.Cluster _ ->
                                    throw Leader.unexpected(reply);
                        });
    }

    private Future<Void> answer(Call call, Made made) {
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

    private static Optional<String> key(Call call) {
        Optional<String> key = Optional.ofNullable(call.request().getHeader(KEY_HEADER));
        if (key.isPresent() && !KEY.matcher(key.get()).matches()) {
            throw Refusal.ofField(
                    ProblemCode.INVALID_VALUE,
                    KEY_HEADER,
                    "the key is not of the form that is needed here",
                    "use 1 to 128 visible ASCII characters, such as a UUID");
        }
        return key;
    }

    private static String boundary(String contentType) {
        Matcher matcher = BOUNDARY.matcher(contentType);
        if (!matcher.find()) {
            throw Refusal.ofField(
                    ProblemCode.MALFORMED_BODY,
                    "Content-Type",
                    "the content type names no boundary",
                    "send multipart/form-data; boundary=…, as 'curl -F' does");
        }
        return matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
    }

    private static void checkLength(Call call, long bytesMax) {
        String length = call.request().getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length != null && (length.length() > 18 || Long.parseLong(length) > bytesMax)) {
            throw Refusal.of(
                    ProblemCode.TOO_LARGE,
                    "the upload is larger than " + bytesMax + " bytes",
                    "send less, or ask the operator for a higher limits.uploadBytesMax");
        }
    }

    private record Made(SchedulerReply.Accepted accepted, JobSpec spec) {}
}
