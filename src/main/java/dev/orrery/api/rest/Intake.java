package dev.orrery.api.rest;

import dev.orrery.api.Blocking;
import dev.orrery.api.Call;
import dev.orrery.api.RequestBody;
import dev.orrery.api.form.MultipartReader;
import dev.orrery.api.json.JobDraft;
import dev.orrery.api.json.Refusal;
import dev.orrery.config.Settings;
import dev.orrery.model.JobSpec;
import dev.orrery.model.Namespace;
import dev.orrery.model.ProblemCode;
import dev.orrery.model.StoredFile;
import dev.orrery.protocol.IdempotencyKey;
import dev.orrery.protocol.SchedulerReply;
import dev.orrery.protocol.SchedulerRequest;
import dev.orrery.store.CentralStore;

import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;

import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The way of a submission from its bytes to the leader, the same for every interface: the files are
 * kept, the fields are checked, and the job is handed over.
 */
public final class Intake {
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

    /** An intake that keeps files in the store and hands jobs to the leader. */
    public Intake(
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

    /** A job that the leader has accepted. */
    public record Made(SchedulerReply.Accepted accepted, JobSpec spec) {}

    /**
     * What a form said beside its files.
     *
     * @param script the name of the file to run
     */
    public record Fields(JobDraft draft, Optional<String> script) {}

    /** Reads the parts of a form on a thread that may block; the files go into the upload. */
    @FunctionalInterface
    public interface Form {
        /** Reads all parts. */
        Fields read(MultipartReader parts, Upload upload) throws InterruptedException, IOException;
    }

    /** The content type of a request, without its parameters. */
    public static String mediaType(Call call) {
        return contentType(call).split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    }

    /**
     * Takes a submission in JSON.
     *
     * @param usual the namespace of a job that names none, for a token of all namespaces
     */
    public Future<Made> json(Call call, Namespace usual, Function<byte[], JobDraft> read) {
        Optional<String> key = key(call);
        return json(call, usual, read, spec -> ask(spec, key));
    }

    /** Takes the description of a job in JSON, and hands the job over. */
    public <T> Future<T> json(
            Call call,
            Namespace usual,
            Function<byte[], JobDraft> read,
            Function<JobSpec, Future<T>> handOver) {
        Optional<String> key = key(call);
        return call.body(settings.limits().bodyBytesMax())
                .compose(body -> {
                    Fields fields = new Fields(read.apply(body.getBytes()), Optional.empty());
                    return handOver.apply(finish(call, usual, fields, List.of(), key));
                });
    }

    /** Takes a submission in a form; {@code usual} is as for JSON. */
    public Future<Made> form(Call call, Namespace usual, Form form) {
        Optional<String> key = key(call);
        return form(call, usual, form, spec -> ask(spec, key));
    }

    /** Takes the description of a job in a form, and hands the job over with its files kept. */
    public <T> Future<T> form(
            Call call, Namespace usual, Form form, Function<JobSpec, Future<T>> handOver) {
        Optional<String> key = key(call);
        long bytesMax = settings.limits().uploadBytesMax();
        checkLength(call, bytesMax);
        RequestBody body = RequestBody.open(call, settings.limits().uploadIdle(), bytesMax);
        MultipartReader parts = parts(call, body);
        Upload upload = upload();
        return blocking.call(
                        () -> {
                            Upload.checkSpace(store, settings);
                            Fields fields = form.read(parts, upload);
                            JobSpec spec = finish(call, usual, fields, upload.files(), key);
                            upload.keep();
                            return spec;
                        })
                .compose(handOver)
                .transform(made ->
                        blocking.call(() -> letGo(upload, made.cause()))
                                .transform(_ ->
                                        made.succeeded()
                                                ? Future.succeededFuture(made.result())
                                                : Future.failedFuture(made.cause())));
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

    /**
     * What to ask the leader for, of the fields of a job that was read.
     *
     * @throws Refusal when the fields do not fit together, or are not the caller's to ask for
     */
    public SchedulerRequest.Submit check(
            Call call, Fields fields, List<StoredFile> files, Optional<String> key) {
        return submission(finish(call, Namespace.DEFAULT, fields, files, key), key);
    }

    /** The parts of a form that is read by itself, and the files that it brings. */
    public MultipartReader parts(Call call, RequestBody body) {
        return new MultipartReader(
                body::next, boundary(contentType(call)), settings.limits().uploadPartsMax());
    }

    /** A place for the files of a form. */
    public Upload upload() {
        return new Upload(store, settings);
    }

    private JobSpec finish(
            Call call,
            Namespace usual,
            Fields fields,
            List<StoredFile> files,
            Optional<String> key) {
        Namespace namespace =
                fields.draft().namespace().or(() -> call.principal().namespace()).orElse(usual);
        if (!call.principal().sees(namespace)) {
            throw Refusal.ofField(
                    ProblemCode.FORBIDDEN,
                    "namespace",
                    "your token is for another namespace",
                    "leave out 'namespace', or use a token of that namespace");
        }
        return fields.draft()
                .finish(
                        new JobDraft.Surroundings(
                                namespace,
                                call.principal().name(),
                                fields.script(),
                                files,
                                clock.instant(),
                                key.isEmpty()),
                        settings);
    }

    /** What the leader is asked for, of a job that was checked. */
    private SchedulerRequest.Submit submission(JobSpec spec, Optional<String> key) {
        Optional<IdempotencyKey> idempotency =
                key.map(text -> new IdempotencyKey(text, SpecHash.of(spec)));
        return new SchedulerRequest.Submit(ids.next(), spec, idempotency);
    }

    private Future<Made> ask(JobSpec spec, Optional<String> key) {
        return leader.ask(submission(spec, key))
                .map(reply ->
                        switch (reply) {
                            case SchedulerReply.Accepted accepted -> new Made(accepted, spec);
                            case SchedulerReply.Refused _,
                                    SchedulerReply.Verdicts _,
                                    SchedulerReply.Done _,
                                    SchedulerReply.Explained _,
                                    SchedulerReply.Cluster _ ->
                                    throw Leader.unexpected(reply);
                        });
    }

    /** The idempotency key in the headers. */
    public static Optional<String> key(Call call) {
        Optional<String> key = Optional.ofNullable(call.request().getHeader(KEY_HEADER));
        key.ifPresent(text -> checkKey(KEY_HEADER, text));
        return key;
    }

    /** Refuses a key that is not of the form that all have. */
    public static void checkKey(String field, String key) {
        if (!KEY.matcher(key).matches()) {
            throw Refusal.ofField(
                    ProblemCode.INVALID_VALUE,
                    field,
                    "the key is not of the form that is needed here",
                    "use 1 to 128 visible ASCII characters, such as a UUID");
        }
    }

    private static String contentType(Call call) {
        return Optional.ofNullable(call.request().getHeader(HttpHeaders.CONTENT_TYPE)).orElse("");
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
}
