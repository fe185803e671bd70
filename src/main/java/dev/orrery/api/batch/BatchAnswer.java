package dev.orrery.api.batch;

import dev.orrery.api.Call;
import dev.orrery.api.json.Refusal;
import dev.orrery.model.Problem;
import dev.orrery.protocol.SchedulerReply.Verdict;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;

import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * The answer to a batch, written in the order of the lines, each group once it is decided and the
 * one before it is on its way to the client.
 *
 * <p>Lives on the context of the connection, but for what the reader of the body asks.
 */
final class BatchAnswer {

    /** Lines that the client has sent and whose answers it has not read. */
    static final int UNREAD_MAX = 8_192;

    private final Call call;
    private final InstantSource clock;
    private final Semaphore unread = new Semaphore(UNREAD_MAX);
    private final Tally tally = new Tally();
    private Future<Void> written = Future.succeededFuture();
    private Optional<Problem> silence = Optional.empty();
    private volatile boolean over;

    BatchAnswer(Call call, InstantSource clock) {
        this.call = call;
        this.clock = clock;
    }

    /** Waits until so many lines more may be unread; on the reader's thread. */
    void enter(int lines) throws InterruptedException {
        unread.acquire(lines);
    }

    /** Whether nothing more is worth reading: the client is gone, or the leader; any thread. */
    boolean isOver() {
        return over;
    }

    /** Answers a group of lines after those before it; any thread. */
    void add(List<Entry> entries, Supplier<Future<List<Verdict>>> decide) {
        call.context()
                .runOnContext(_ -> {
                    Future<List<Verdict>> decided = decide.get();
                    Future<Void> before = written;
                    written =
                            decided.transform(result -> before.compose(_ -> write(entries, result)))
                                    .onFailure(_ -> over = true)
                                    .onComplete(_ -> unread.release(entries.size()));
                });
    }

    /**
     * Ends the answer after all lines; any thread.
     *
     * @param problem why the rest of the body is not taken
     */
    Future<Void> end(Optional<Problem> problem) {
        Promise<Void> ended = Promise.promise();
        call.context().runOnContext(_ -> written.compose(_ -> finish(problem)).onComplete(ended));
        return ended.future();
    }

    /** A problem can be the whole answer only while no line of it has been written. */
    private Future<Void> write(List<Entry> entries, AsyncResult<List<Verdict>> decided) {
        if (decided.failed()) {
            return Future.failedFuture(decided.cause());
        }
        Optional<Problem> silent = Tally.silence(decided.result());
        if (silent.isPresent()) {
            over = true;
            silence = silence.or(() -> silent);
            if (tally.answered() == 0) {
                return Future.failedFuture(new Refusal(silent.get()));
            }
        }
        return begun().write(tally.lines(entries, decided.result(), clock.instant()));
    }

    private Future<Void> finish(Optional<Problem> problem) {
        Optional<Problem> reason = silence.or(() -> problem);
        if (reason.isPresent() && tally.answered() == 0) {
            return Future.failedFuture(new Refusal(reason.get()));
        }
        begun();
        return call.end(tally.summary(reason));
    }

    private HttpServerResponse begun() {
        HttpServerResponse response = call.response();
        if (!response.headWritten()) {
            response.setChunked(true).putHeader(HttpHeaders.CONTENT_TYPE, "application/x-ndjson");
        }
        return response;
    }
}
