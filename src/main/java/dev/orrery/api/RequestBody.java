package dev.orrery.api;

import dev.orrery.api.json.Refusal;
import dev.orrery.model.ProblemCode;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The body of a request, read piece by piece by a thread that may block. The connection is asked
 * for a piece only when the reader takes one, so that a body of any size needs a few pieces of
 * memory.
 */
public final class RequestBody {
    /** Pieces under way between the connection and the reader. */
    private static final int PIECES = 4;

    private static final int READ_PAST_BYTES_MAX = 16 * 1024 * 1024;
    private static final long READ_PAST_MILLIS = 2_000;

    private final HttpServerRequest request;
    private final Context context;
    private final Duration idle;
    private long bytesMax;
    private final BlockingQueue<Piece> pieces = new ArrayBlockingQueue<>(PIECES + 2);
    private long bytesRead;
    private boolean ended;

    private RequestBody(HttpServerRequest request, Context context, Duration idle, long bytesMax) {
        this.request = request;
        this.context = context;
        this.idle = idle;
        this.bytesMax = bytesMax;
    }

    /**
     * Begins to read; called on the context of the connection.
     *
     * @param idle the longest pause between two pieces
     * @param bytesMax the most that may come
     */
    public static RequestBody open(Call call, Duration idle, long bytesMax) {
        HttpServerRequest request = call.request();
        RequestBody body = new RequestBody(request, call.context(), idle, bytesMax);
        request.handler(piece -> body.offer(new Piece.Bytes(piece)));
        request.endHandler(_ -> body.offer(new Piece.End()));
        request.exceptionHandler(_ -> body.offer(new Piece.Broken()));
        invite(request);
        request.fetch(PIECES);
        return body;
    }

    /** Tells a client that waits for leave to send its body that it has it. */
    static void invite(HttpServerRequest request) {
        if ("100-continue".equalsIgnoreCase(request.getHeader("expect"))) {
            request.response().writeContinue();
        }
    }

    /**
     * The next bytes; empty after the last.
     *
     * @throws Refusal when too many bytes come, none come for too long, or the client goes away
     */
    public Optional<Buffer> next() throws InterruptedException {
        if (ended) {
            return Optional.empty();
        }
        Piece piece = pieces.poll(idle.toMillis(), TimeUnit.MILLISECONDS);
        return switch (piece) {
            case null ->
                    throw Refusal.of(
                            ProblemCode.REQUEST_TIMEOUT,
                            "nothing of the body came for " + idle.toSeconds() + " seconds",
                            "send the body without long pauses");
            case Piece.Bytes(Buffer bytes) -> {
                count(bytes.length());
                context.runOnContext(_ -> request.fetch(1));
                yield Optional.of(bytes);
            }
            case Piece.End() -> {
                ended = true;
                yield Optional.empty();
            }
            case Piece.Broken() ->
                    throw Refusal.of(
                            ProblemCode.MALFORMED_BODY,
                            "the body ended too early",
                            "send all of it");
        };
    }

    /** Bounds no more how much may come: what is read from here on needs no room. */
    public void allowAnyLength() {
        bytesMax = Long.MAX_VALUE;
    }

    /** Reads past the rest of a body that nobody wants, and closes when it is long. */
    static void readPast(HttpServerRequest request, Context context) {
        if (request.isEnded()) {
            return;
        }
        long[] bytes = {0};
        request.handler(piece -> {
            bytes[0] += piece.length();
            if (bytes[0] > READ_PAST_BYTES_MAX) {
                request.connection().close();
            }
        });
        request.exceptionHandler(_ -> {});
        Vertx vertx = context.owner();
        long timer = vertx.setTimer(READ_PAST_MILLIS, _ -> request.connection().close());
        request.endHandler(_ -> vertx.cancelTimer(timer));
        request.resume();
    }

    private void count(int bytes) {
        bytesRead += bytes;
        if (bytesRead > bytesMax) {
            throw Refusal.of(
                    ProblemCode.TOO_LARGE,
                    "the body is larger than " + bytesMax + " bytes",
                    "send less at once");
        }
    }

    /** An end or a break may come on top of the pieces asked for; the queue has room for both. */
    private void offer(Piece piece) {
        if (!pieces.offer(piece)) {
            request.connection().close();
        }
    }

    private sealed interface Piece {
        record Bytes(Buffer bytes) implements Piece {}

        record End() implements Piece {}

        record Broken() implements Piece {}
    }
}
