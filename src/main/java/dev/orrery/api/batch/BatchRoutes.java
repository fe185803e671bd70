package dev.orrery.api.batch;

import dev.orrery.api.Access;
import dev.orrery.api.Blocking;
import dev.orrery.api.Call;
import dev.orrery.api.RequestBody;
import dev.orrery.api.RouteSet;
import dev.orrery.api.Routes;
import dev.orrery.api.form.MultipartReader;
import dev.orrery.api.form.PartHead;
import dev.orrery.api.json.Refusal;
import dev.orrery.api.rest.Intake;
import dev.orrery.api.rest.Leader;
import dev.orrery.api.rest.Upload;
import dev.orrery.config.Settings;
import dev.orrery.model.Problem;
import dev.orrery.model.ProblemCode;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/** Takes many submissions in one request, as lines of JSON, behind files for all of them or not. */
public final class BatchRoutes implements RouteSet {
    private static final int RUNNING_MAX = 64;
    private static final String LINES = "application/x-ndjson";

    /** Leaves room for a mark and the number of any line. */
    private static final int KEY_LENGTH_MAX = 108;

    private final Settings settings;
    private final Intake intake;
    private final Leader leader;
    private final Blocking blocking;
    private final InstantSource clock;
    private final Undecided undecided = new Undecided();
    private final AtomicInteger running = new AtomicInteger();

    /** Routes into the intake, and from there to the leader. */
    public BatchRoutes(
            Settings settings,
            Intake intake,
            Leader leader,
            Blocking blocking,
            InstantSource clock) {
        this.settings = settings;
        this.intake = intake;
        this.leader = leader;
        this.blocking = blocking;
        this.clock = clock;
    }

    @Override
    public void mount(Routes routes) {
        routes.add(HttpMethod.POST, "/api/v1/jobs:batch", Access.SUBMITTER, this::submit);
    }

    private Future<?> submit(Call call) {
        call.query(List.of());
        checkEncoding(call);
        boolean isForm =
                switch (Intake.mediaType(call)) {
                    case LINES -> false;
                    case "multipart/form-data" -> true;
                    default ->
                            throw Refusal.ofField(
                                    ProblemCode.UNSUPPORTED_MEDIA_TYPE,
                                    "Content-Type",
                                    "a batch is lines of JSON, or a form with files before them",
                                    "send " + LINES + " or multipart/form-data");
                };
        BatchAnswer answer = new BatchAnswer(call, clock);
        Batch.Place place =
                new Batch.Place(
                        call,
                        intake,
                        leader,
                        undecided,
                        answer,
                        key(call),
                        (int) settings.limits().bodyBytesMax());
        return call(isForm ? () -> form(place) : () -> lines(place));
    }

    private static void checkEncoding(Call call) {
        String encoding = call.request().getHeader(HttpHeaders.CONTENT_ENCODING);
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw Refusal.ofField(
                    ProblemCode.UNSUPPORTED_MEDIA_TYPE,
                    "Content-Encoding",
                    "the body is compressed",
                    "send it as it is");
        }
    }

    private static Optional<String> key(Call call) {
        Optional<String> key = Intake.key(call);
        if (key.filter(text -> text.length() > KEY_LENGTH_MAX).isPresent()) {
            throw Refusal.ofField(
                    ProblemCode.INVALID_VALUE,
                    "Idempotency-Key",
                    "the key is too long to make one of it for each line",
                    "use at most " + KEY_LENGTH_MAX + " characters");
        }
        return key;
    }

    private Future<Void> call(Callable<Void> work) {
        if (running.incrementAndGet() > RUNNING_MAX) {
            running.decrementAndGet();
            throw Refusal.of(
                    ProblemCode.TOO_MANY,
                    "this node takes " + RUNNING_MAX + " batches at a time",
                    "try again in a second");
        }
        return blocking.call(work).onComplete(_ -> running.decrementAndGet());
    }

    private Void lines(Batch.Place place) throws InterruptedException, ExecutionException {
        RequestBody body =
                RequestBody.open(place.call(), settings.limits().uploadIdle(), Long.MAX_VALUE);
        Batch batch = new Batch(place, Batch.Files.NONE);
        read(place, batch, () -> body.next().map(Buffer::getBytes));
        return null;
    }

    /** The files come first, so that they are kept before the first job refers to them. */
    private Void form(Batch.Place place)
            throws InterruptedException, IOException, ExecutionException {
        RequestBody body =
                RequestBody.open(
                        place.call(),
                        settings.limits().uploadIdle(),
                        settings.limits().uploadBytesMax());
        MultipartReader parts = intake.parts(place.call(), body);
        Upload upload = intake.upload();
        try {
            upload.checkSpace();
            Batch batch = new Batch(place, files(parts, upload));
            upload.keep();
            body.allowAnyLength();
            read(place, batch, () -> bytes(parts));
        } finally {
            // Those that jobs refer to by now stay.
            upload.close();
        }
        return null;
    }

    private static Optional<byte[]> bytes(MultipartReader parts) throws InterruptedException {
        Optional<ByteBuffer> bytes = parts.nextBytes();
        if (bytes.isEmpty() && parts.nextPart().isPresent()) {
            throw Refusal.ofField(
                    ProblemCode.MALFORMED_BODY,
                    "jobs",
                    "something follows after the part with the lines",
                    "send that part as the last one");
        }
        return bytes.map(BatchRoutes::copy);
    }

    private static byte[] copy(ByteBuffer piece) {
        byte[] bytes = new byte[piece.remaining()];
        piece.get(bytes);
        return bytes;
    }

    private static Batch.Files files(MultipartReader parts, Upload upload)
            throws InterruptedException, IOException {
        Optional<String> script = Optional.empty();
        while (true) {
            PartHead part =
                    parts.nextPart()
                            .orElseThrow(() ->
                                    Refusal.ofField(
                                            ProblemCode.MISSING_FIELD,
                                            "jobs",
                                            "the part with the lines is missing",
                                            "send it as the last one, named 'jobs'"));
            switch (part.name()) {
                case "jobs" -> {
                    return new Batch.Files(script, List.copyOf(upload.files()));
                }
                case "file" -> upload.receiveFile(part, parts);
                case "script" -> {
                    if (script.isPresent()) {
                        throw Refusal.ofField(
                                ProblemCode.MALFORMED_BODY,
                                "script",
                                "the part stands there twice",
                                "send it once");
                    }
                    script = Optional.of(upload.receiveFile(part, parts));
                }
                default ->
                        throw Refusal.ofField(
                                ProblemCode.UNKNOWN_FIELD,
                                part.name().replaceAll("\\p{Cntrl}", "?"),
                                "the contract does not know this part",
                                "known here: script, file, and jobs as the last one");
            }
        }
    }

    /** Pieces of the lines; empty after the last. */
    private interface Pieces {
        Optional<byte[]> next() throws InterruptedException;
    }

    private static void read(Batch.Place place, Batch batch, Pieces pieces)
            throws InterruptedException, ExecutionException {
        Optional<Problem> problem = Optional.empty();
        try {
            Optional<byte[]> piece = pieces.next();
            while (piece.isPresent() && !batch.isOver()) {
                batch.take(piece.get());
                piece = pieces.next();
            }
            if (piece.isEmpty()) {
                batch.end();
            }
        } catch (Refusal refusal) {
            problem = Optional.of(refusal.problem());
        }
        try {
            place.answer().end(problem).toCompletionStage().toCompletableFuture().get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Refusal refusal) {
                throw refusal;
            }
            throw e;
        }
    }
}
