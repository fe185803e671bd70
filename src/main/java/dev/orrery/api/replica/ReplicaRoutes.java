package dev.orrery.api.replica;

import dev.orrery.api.Access;
import dev.orrery.api.Blocking;
import dev.orrery.api.Call;
import dev.orrery.api.Query;
import dev.orrery.api.RequestBody;
import dev.orrery.api.RouteSet;
import dev.orrery.api.Routes;
import dev.orrery.api.json.Refusal;
import dev.orrery.api.logs.AttemptLogs.Place;
import dev.orrery.api.logs.LogAnswer;
import dev.orrery.api.logs.LogGrowth;
import dev.orrery.api.rest.FileAnswer;
import dev.orrery.api.rest.Upload;
import dev.orrery.config.Settings;
import dev.orrery.model.AttemptId;
import dev.orrery.model.BlobId;
import dev.orrery.model.Bytes;
import dev.orrery.model.CapturedLog;
import dev.orrery.model.JobId;
import dev.orrery.model.ProblemCode;
import dev.orrery.model.TaskRange;
import dev.orrery.store.CentralStore;
import dev.orrery.store.CentralStore.Staged;
import dev.orrery.store.LogFiles;
import dev.orrery.store.LogFiles.Log;
import dev.orrery.store.replica.MasterToken;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Gives other masters the blobs and logs that are here, and takes theirs, under the masters' own
 * tokens. It never asks another master in turn.
 */
public final class ReplicaRoutes implements RouteSet {

    private static final String BLOB = "/internal/v1/replicas/blobs/{sha256}";
    private static final String LOG = "/internal/v1/replicas/logs/{job}/{tasks}/{attempt}/{stream}";
    private static final int PIECE_BYTES_MAX = 8 * 1024 * 1024;

    /** A master that sends nothing for so long has stopped. */
    private static final Duration IDLE = Duration.ofSeconds(10);

    private static final Pattern TASKS = Pattern.compile("(\\d{1,9})-(\\d{1,9})");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");
    private static final Pattern STREAM = Pattern.compile("stdout|stderr");

    private final Settings settings;
    private final Own own;
    private final byte[] key;
    private final LogGrowth growth;
    private final Blocking blocking;
    private final InstantSource clock;

    /** Routes of one master over what it has itself. */
    public ReplicaRoutes(
            Settings settings, Own own, LogGrowth growth, Blocking blocking, InstantSource clock) {
        this.settings = settings;
        this.own = own;
        this.key = own.key.toArray();
        this.growth = growth;
        this.blocking = blocking;
        this.clock = clock;
    }

    /**
     * What a master has itself.
     *
     * @param id of its data directory
     * @param key the masters' secret
     */
    public record Own(String id, Bytes key, CentralStore blobs, LogFiles logs) {}

    @Override
    public void mount(Routes routes) {
        routes.add(HttpMethod.GET, BLOB, Access.OWN, this::getBlob);
        routes.add(HttpMethod.PUT, BLOB, Access.OWN, this::putBlob);
        routes.add(HttpMethod.GET, LOG, Access.OWN, this::getLog);
        routes.add(HttpMethod.PUT, LOG, Access.OWN, this::putLog);
    }

    private Future<?> getBlob(Call call) {
        check(call);
        BlobId blob = blob(call);
        return blocking.call(
                        () -> {
                            Path path =
                                    own.blobs
                                            .find(blob)
                                            .orElseThrow(() -> Refusal.notFound("blob"));
                            return new Found(path, Files.size(path));
                        })
                .compose(found -> send(call, found.path, 0, found.bytes));
    }

    private Future<?> putBlob(Call call) {
        check(call);
        BlobId blob = blob(call);
        long bytesMax =
                Math.max(settings.limits().uploadBytesMax(), settings.worker().filesBytesMax());
        RequestBody body = RequestBody.open(call, IDLE, bytesMax);
        return blocking.call(() -> keep(blob, body)).compose(_ -> call.empty(204));
    }

    private BlobId keep(BlobId blob, RequestBody body) throws IOException, InterruptedException {
        Upload.checkSpace(own.blobs, settings);
        try (Staged staged = own.blobs.stage()) {
            for (Optional<Buffer> piece = body.next(); piece.isPresent(); piece = body.next()) {
                staged.write(ByteBuffer.wrap(piece.get().getBytes()));
            }
            if (!staged.id().equals(blob)) {
                throw Refusal.ofField(
                        ProblemCode.INVALID_VALUE,
                        "sha256",
                        "the bytes have another checksum",
                        "send the bytes of this name, whole");
            }
            return staged.keep();
        }
    }

    private Future<?> getLog(Call call) {
        check(call);
        Log log = log(call);
        long offset = call.query(List.of("offset")).integer("offset", 0, Long.MAX_VALUE).orElse(0L);
        return blocking.call(() -> found(log))
                .compose(found -> {
                    long bytes = found.map(Found::bytes).orElse(0L);
                    call.response().putHeader(LogAnswer.BYTES, Long.toString(bytes));
                    return found.isPresent()
                            ? send(call, found.get().path, Math.min(offset, bytes), bytes)
                            : call.empty(200);
                });
    }

    private Optional<Found> found(Log log) {
        return own.logs
                .find(log.attempt(), log.stream())
                .map(path -> new Found(path, own.logs.sizeBytes(log.attempt(), log.stream())));
    }

    private Future<?> putLog(Call call) {
        check(call);
        Log log = log(call);
        Query query = call.query(List.of("offset", "last"));
        long offset = query.integer("offset", 0, Long.MAX_VALUE).orElse(0L);
        boolean last = query.flag("last");
        return call.body(PIECE_BYTES_MAX)
                .compose(body -> blocking.call(() -> append(log, offset, body.getBytes(), last)))
                .compose(bytes -> {
                    growth.signal(log.attempt().job());
                    return LogAnswer.bytes(call, 204, bytes);
                })
                .recover(failure -> LogAnswer.refused(call, failure));
    }

    private long append(Log log, long offset, byte[] bytes, boolean last) throws IOException {
        Upload.checkSpace(own.blobs, settings);
        long size = own.logs.append(log.attempt(), log.stream(), offset, ByteBuffer.wrap(bytes));
        if (last) {
            own.logs.sync(log.attempt(), log.stream());
        }
        return size;
    }

    private Future<Void> send(Call call, Path path, long from, long to) {
        call.response().putHeader("content-type", "application/octet-stream");
        return FileAnswer.send(call, blocking, new Place.File(path), from, to - from);
    }

    /** Whoever has no token for this very thing learns nothing of it. */
    private void check(Call call) {
        MasterToken.Right right =
                new MasterToken.Right(
                        own.id,
                        call.request().method().name(),
                        String.valueOf(call.request().uri()));
        boolean isRight =
                call.token()
                        .filter(token -> MasterToken.verify(token, right, key, clock.instant()))
                        .isPresent();
        if (!isRight) {
            throw Refusal.of(
                    ProblemCode.UNAUTHENTICATED,
                    "no master's token for this came, or one that has ended",
                    "only masters call this; their clocks must not be minutes apart");
        }
    }

    private static BlobId blob(Call call) {
        try {
            return new BlobId(call.parameter("sha256"));
        } catch (IllegalArgumentException e) {
            throw Refusal.notFound("blob");
        }
    }

    /** Everything that names a file is read into numbers first. */
    private static Log log(Call call) {
        Matcher tasks = TASKS.matcher(call.parameter("tasks"));
        String number = call.parameter("attempt");
        String stream = call.parameter("stream");
        if (!tasks.matches()
                || !NUMBER.matcher(number).matches()
                || !STREAM.matcher(stream).matches()) {
            throw Refusal.notFound("log");
        }
        try {
            TaskRange range =
                    new TaskRange(
                            JobId.parse(call.parameter("job")),
                            Integer.parseInt(tasks.group(1)),
                            Integer.parseInt(tasks.group(2)));
            return new Log(
                    new AttemptId(range, Integer.parseInt(number)),
                    CapturedLog.Stream.valueOf(stream.toUpperCase(Locale.ROOT)));
        } catch (IllegalArgumentException e) {
            throw Refusal.notFound("log");
        }
    }

    private record Found(Path path, long bytes) {}
}
