package dev.orrery.api.rest;

import dev.orrery.api.Access;
import dev.orrery.api.Blocking;
import dev.orrery.api.Call;
import dev.orrery.api.JobHistory;
import dev.orrery.api.Query;
import dev.orrery.api.ResponseBody;
import dev.orrery.api.RouteSet;
import dev.orrery.api.Routes;
import dev.orrery.api.json.Refusal;
import dev.orrery.api.logs.AttemptLogs;
import dev.orrery.api.logs.AttemptLogs.View;
import dev.orrery.api.logs.LogGrowth;
import dev.orrery.model.CapturedLog;
import dev.orrery.model.JobId;
import dev.orrery.model.Namespace;
import dev.orrery.store.JobReads;
import dev.orrery.store.StoreException;

import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/** Gives the captured output of a job, as it is or as it grows. */
public final class LogRoutes implements RouteSet {
    private static final List<String> KNOWN =
            List.of("stream", "attempt", "offset", "limit", "follow", "namespace");
    private static final int PIECE_BYTES = 64 * 1024;

    /** How long a signal may be missed. */
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    private final JobReads reads;
    private final JobSelector selector;
    private final AttemptLogs logs;
    private final LogGrowth growth;
    private final Blocking blocking;

    /** Routes over the store; the growth is signalled when output comes and when a job ends. */
    public LogRoutes(JobReads reads, AttemptLogs logs, LogGrowth growth, Blocking blocking) {
        this.reads = reads;
        this.logs = logs;
        this.growth = growth;
        this.blocking = blocking;
        this.selector = new JobSelector(reads, blocking);
    }

    @Override
    public void mount(Routes routes) {
        routes.add(HttpMethod.GET, "/api/v1/jobs/{job}/logs", Access.VIEWER, this::logs);
    }

    private Future<?> logs(Call call) {
        Query query = call.query(KNOWN);
        Optional<Namespace> namespace = query.namespace();
        String text = call.parameter("job");
        Wanted wanted = Wanted.of(query);
        return blocking.call(() -> selector.find(call.principal(), namespace, text).job())
                .compose(job ->
                        query.flag("follow") ? follow(call, job, wanted) : once(call, job, wanted));
    }

    private Future<Void> once(Call call, JobId job, Wanted wanted) {
        return blocking.call(() -> view(JobHistory.read(reads, job), wanted))
                .compose(view -> {
                    describe(call, view);
                    long offset = Math.min(wanted.offset, view.sizeBytes());
                    long length = Math.min(wanted.limit, view.sizeBytes() - offset);
                    return FileAnswer.send(call, blocking, view.place(), offset, length);
                });
    }

    /** The stream as it is; an empty one when there is no attempt yet. */
    private View view(JobHistory history, Wanted wanted) throws IOException {
        if (wanted.attempt.isPresent()) {
            return logs.view(
                    history.attempt(wanted.attempt.getAsInt())
                            .orElseThrow(() -> Refusal.notFound("attempt of this number")),
                    wanted.stream);
        }
        Optional<JobHistory.Attempt> latest = history.latestAttempt();
        return latest.isPresent() ? logs.view(latest.get(), wanted.stream) : AttemptLogs.EMPTY;
    }

    private Future<Void> follow(Call call, JobId job, Wanted wanted) {
        return blocking.call(() -> JobHistory.read(reads, job))
                .compose(history -> {
                    if (history.status().isTerminal()) {
                        return once(call, job, wanted);
                    }
                    describe(call, AttemptLogs.EMPTY);
                    call.response().setChunked(true);
                    ResponseBody body = new ResponseBody(call);
                    return call.response()
                            .writeHead()
                            .compose(_ -> blocking.call(() -> copy(body, job, wanted)))
                            .compose(_ -> call.response().end());
                });
    }

    /**
     * Copies what is there and what comes, until the job has ended; without a wanted attempt the
     * next one follows on this one.
     */
    private Void copy(ResponseBody body, JobId job, Wanted wanted)
            throws IOException, StoreException, InterruptedException {
        int number = wanted.attempt.orElse(0);
        long offset = wanted.offset;
        while (!body.isClosed()) {
            try (LogGrowth.Watch watch = growth.watch(job)) {
                JobHistory history = JobHistory.read(reads, job);
                if (number == 0) {
                    number = history.latestAttempt().map(a -> a.id().number()).orElse(0);
                }
                Optional<JobHistory.Attempt> attempt = history.attempt(number);
                Optional<View> view =
                        attempt.isPresent()
                                ? Optional.of(logs.view(attempt.get(), wanted.stream))
                                : Optional.empty();
                if (view.isPresent()) {
                    offset = copy(body, view.get(), offset);
                }
                boolean attemptOver = view.map(View::complete).orElse(number > 0);
                Optional<Integer> next =
                        attemptOver && wanted.attempt.isEmpty()
                                ? history.attemptAfter(number)
                                : Optional.empty();
                if (next.isPresent()) {
                    number = next.get();
                    offset = 0;
                } else if (history.status().isTerminal()
                        || (attemptOver && attempt.isPresent() && wanted.attempt.isPresent())) {
                    return null;
                } else {
                    watch.await(LOOK_AGAIN);
                }
            }
        }
        return null;
    }

    private static long copy(ResponseBody body, View view, long from)
            throws IOException, InterruptedException {
        long offset = from;
        while (offset < view.sizeBytes()) {
            var piece = AttemptLogs.read(view, offset, PIECE_BYTES);
            if (piece.length() == 0) {
                return offset;
            }
            body.write(piece);
            offset += piece.length();
        }
        return offset;
    }

    private static void describe(Call call, View view) {
        call.response()
                .putHeader("content-type", "application/octet-stream")
                .putHeader("content-disposition", "attachment; filename=\"output.log\"")
                .putHeader("x-orrery-dropped-bytes", Long.toString(view.droppedBytes()));
    }

    /** What the query asks for. */
    private record Wanted(CapturedLog.Stream stream, OptionalInt attempt, long offset, long limit) {

        static Wanted of(Query query) {
            CapturedLog.Stream stream =
                    query.parsed("stream", Wanted::stream, "use stdout or stderr")
                            .orElse(CapturedLog.Stream.STDOUT);
            Optional<Long> attempt = query.integer("attempt", 1, Integer.MAX_VALUE);
            return new Wanted(
                    stream,
                    attempt.map(number -> OptionalInt.of(number.intValue()))
                            .orElse(OptionalInt.empty()),
                    query.integer("offset", 0, Long.MAX_VALUE).orElse(0L),
                    query.integer("limit", 1, Long.MAX_VALUE).orElse(Long.MAX_VALUE));
        }

        static CapturedLog.Stream stream(String text) {
            return CapturedLog.Stream.valueOf(text.toUpperCase(Locale.ROOT));
        }
    }
}
