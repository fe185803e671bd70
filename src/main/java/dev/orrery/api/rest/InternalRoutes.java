package dev.orrery.api.rest;

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
import dev.orrery.config.Settings;
import dev.orrery.model.AttemptId;
import dev.orrery.model.BlobId;
import dev.orrery.model.CapturedLog;
import dev.orrery.model.JobId;
import dev.orrery.model.ProblemCode;
import dev.orrery.protocol.AttemptToken;
import dev.orrery.protocol.TopicMessage.LogSize;
import dev.orrery.store.CentralStore;
import dev.orrery.store.CentralStore.Staged;
import dev.orrery.store.JobReads;
import dev.orrery.store.LogFiles;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/** Moves bytes between workers and the masters, under the token of an attempt. */
public final class InternalRoutes implements RouteSet {
    /** The largest piece of output that a worker ships at once. */
    private static final int LOG_BYTES_MAX = 8 * 1024 * 1024;

    private final Settings settings;
    private final byte[] key;
    private final JobReads jobs;
    private final CentralStore store;
    private final LogFiles logFiles;
    private final LogGrowth growth;
    private final Consumer<LogSize> grown;
    private final Blocking blocking;

    /** Where the bytes of attempts are kept, and which jobs they belong to. */
    public record Places(JobReads jobs, CentralStore blobs, LogFiles logs) {}

    /**
     * Routes under tokens of this key.
     *
     * @param grown hears of output that came, on the context of a connection
     */
    public InternalRoutes(
            Settings settings,
            byte[] key,
            Places places,
            LogGrowth growth,
            Consumer<LogSize> grown,
            Blocking blocking) {
        this.settings = settings;
        this.key = key.clone();
        this.jobs = places.jobs();
        this.store = places.blobs();
        this.logFiles = places.logs();
        this.growth = growth;
        this.grown = grown;
        this.blocking = blocking;
    }

    @Override
    public void mount(Routes routes) {
        routes.add(HttpMethod.GET, "/internal/v1/blobs/{sha256}", Access.OWN, this::getBlob);
        routes.add(HttpMethod.PUT, "/internal/v1/blobs", Access.OWN, this::putBlob);
        routes.add(HttpMethod.POST, "/internal/v1/logs", Access.OWN, this::appendLog);
    }

    private Future<?> getBlob(Call call) {
        JobId job = claims(call).attempt().job();
        BlobId blob = blob(call.parameter("sha256"));
        return blocking.call(
                        () -> {
                            if (!jobs.isReferenced(blob, job)) {
                                throw Refusal.notFound("blob");
                            }
                            Path path =
                                    store.find(blob).orElseThrow(() -> Refusal.notFound("blob"));
                            return new Found(path, Files.size(path));
                        })
                .compose(found -> {
                    call.response().putHeader("content-type", "application/octet-stream");
                    return FileAnswer.send(
                            call, blocking, new Place.File(found.path), 0, found.size);
                });
    }

    private Future<?> putBlob(Call call) {
        claims(call);
        long bytesMax = settings.worker().filesBytesMax();
        RequestBody body = RequestBody.open(call, settings.limits().uploadIdle(), bytesMax);
        return blocking.call(() -> keep(body))
                .compose(blob ->
                        call.json(
                                200,
                                out -> {
                                    out.writeStartObject();
                                    out.writeStringField("sha256", blob.sha256());
                                    out.writeEndObject();
                                }));
    }

    private BlobId keep(RequestBody body) throws IOException, InterruptedException {
        Upload.checkSpace(store, settings);
        try (Staged staged = store.stage()) {
            for (Optional<Buffer> piece = body.next(); piece.isPresent(); piece = body.next()) {
                staged.write(ByteBuffer.wrap(piece.get().getBytes()));
            }
            return staged.keep();
        }
    }

    private Future<?> appendLog(Call call) {
        AttemptId attempt = claims(call).attempt();
        Query query = call.query(List.of("stream", "offset", "last"));
        CapturedLog.Stream stream =
                query.parsed("stream", InternalRoutes::stream, "use stdout or stderr")
                        .orElseThrow(() -> missing("stream"));
        long offset =
                query.integer("offset", 0, Long.MAX_VALUE).orElseThrow(() -> missing("offset"));
        boolean last = query.flag("last");
        return call.body(LOG_BYTES_MAX)
                .compose(body ->
                        blocking.call(() -> {
                            ByteBuffer bytes = ByteBuffer.wrap(body.getBytes());
                            long size = logFiles.append(attempt, stream, offset, bytes);
                            if (last) {
                                logFiles.sync(attempt, stream);
                            }
                            return size;
                        }))
                .compose(size -> {
                    growth.signal(attempt.job());
                    grown.accept(new LogSize(attempt, stream, size));
                    return call.empty(204);
                })
                .recover(failure -> LogAnswer.refused(call, failure));
    }

    private AttemptToken.Claims claims(Call call) {
        return call.token()
                .flatMap(token -> AttemptToken.verify(token, key))
                .orElseThrow(() ->
                        Refusal.of(
                                ProblemCode.UNAUTHENTICATED,
                                "no attempt's token came",
                                "only workers call this, with the token of an assignment"));
    }

    private static BlobId blob(String text) {
        try {
            return new BlobId(text);
        } catch (IllegalArgumentException e) {
            throw Refusal.notFound("blob");
        }
    }

    private static CapturedLog.Stream stream(String text) {
        return CapturedLog.Stream.valueOf(text.toUpperCase(Locale.ROOT));
    }

    private static Refusal missing(String name) {
        return Refusal.ofField(
                ProblemCode.MISSING_FIELD, name, "the parameter is needed", "add it to the query");
    }

    private record Found(Path path, long size) {}
}
