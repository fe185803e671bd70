package dev.orrery.api;

import dev.orrery.api.json.Json;
import dev.orrery.api.json.ProblemJson;
import dev.orrery.api.json.Refusal;
import dev.orrery.model.Problem;
import dev.orrery.model.ProblemCode;
import dev.orrery.protocol.Principal;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.ServerWebSocket;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One request on its way to its one answer. Lives on the context of its connection. */
public final class Call {
    private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
    private static final CharSequence PROBLEM =
            HttpHeaders.createOptimized("application/problem+json");
    private static final CharSequence RETRY_AFTER = HttpHeaders.createOptimized("retry-after");

    private final Context context;
    private final HttpServerRequest request;
    private final Map<String, String> parameters;
    private final Optional<Principal> principal;
    private final Optional<String> token;
    private final Connections connections;

    Call(
            Context context,
            HttpServerRequest request,
            Map<String, String> parameters,
            Optional<Principal> principal,
            Optional<String> token,
            Connections connections) {
        this.context = context;
        this.request = request;
        this.parameters = parameters;
        this.principal = principal;
        this.token = token;
        this.connections = connections;
    }

    /** The context of the connection. */
    public Context context() {
        return context;
    }

    /** The request, paused. */
    public HttpServerRequest request() {
        return request;
    }

    /** The response, with the security headers already set. */
    public HttpServerResponse response() {
        return request.response();
    }

    /** Goes on as a WebSocket, as the request asks. */
    public Future<ServerWebSocket> webSocket() {
        return request.toWebSocket().onSuccess(_ -> connections.upgraded(request.connection()));
    }

    /** Who asks, on a route that needs a role. */
    public Principal principal() {
        return principal.orElseThrow(() -> new IllegalStateException("a route without a role"));
    }

    /** The bearer token, when one was sent. */
    public Optional<String> token() {
        return token;
    }

    /** What a segment of the path stands for, decoded. */
    public String parameter(String name) {
        String value = parameters.get(name);
        if (value == null) {
            throw new IllegalStateException("the route has no parameter " + name);
        }
        return value;
    }

    /** The query, of which only these names are known. */
    public Query query(List<String> known) {
        return Query.of(request, known);
    }

    /** Reads the whole body, at most so many bytes. */
    public Future<Buffer> body(long bytesMax) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length != null && parse(length) > bytesMax) {
            return Future.failedFuture(tooLarge(bytesMax));
        }
        Promise<Buffer> promise = Promise.promise();
        Buffer body = Buffer.buffer(length == null ? 256 : (int) Math.min(bytesMax, parse(length)));
        request.handler(piece -> {
            if (body.length() + piece.length() > bytesMax) {
                request.handler(_ -> {});
                promise.tryFail(tooLarge(bytesMax));
            } else {
                body.appendBuffer(piece);
            }
        });
        request.endHandler(_ -> promise.tryComplete(body));
        request.exceptionHandler(_ ->
                promise.tryFail(
                        Refusal.of(
                                ProblemCode.MALFORMED_BODY,
                                "the body ended too early",
                                "send all of it")));
        RequestBody.invite(request);
        request.resume();
        return promise.future();
    }

    /** Answers with JSON. */
    public Future<Void> json(int status, Json.Body body) {
        return response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, JSON)
                .end(Buffer.buffer(Json.bytes(body)));
    }

    /** Answers with nothing but the status. */
    public Future<Void> empty(int status) {
        return response().setStatusCode(status).end();
    }

    /** Ends an answer that is under way; what follows of the body is read past likewise. */
    public Future<Void> end(Buffer last) {
        Future<Void> ended = response().end(last);
        RequestBody.readPast(request, context);
        return ended;
    }

    /** Answers with a problem; what follows of the body is read past, for a short while. */
    public void problem(Problem problem) {
        HttpServerResponse response = response();
        if (response.ended() || response.closed()) {
            return;
        }
        if (response.headWritten()) {
            request.connection().close();
            return;
        }
        response.headers().remove(HttpHeaders.CONTENT_LENGTH);
        response.setChunked(false).setStatusCode(problem.code().httpStatus());
        response.putHeader(HttpHeaders.CONTENT_TYPE, PROBLEM);
        if (problem.code() == ProblemCode.UNAUTHENTICATED) {
            response.putHeader("www-authenticate", "Bearer");
        }
        if (problem.code() == ProblemCode.TOO_MANY || problem.code() == ProblemCode.UNAVAILABLE) {
            response.putHeader(RETRY_AFTER, "1");
        }
        response.end(Buffer.buffer(Json.bytes(out -> ProblemJson.write(out, problem))));
        RequestBody.readPast(request, context);
    }

    private static long parse(String length) {
        return length.length() <= 18 ? Long.parseLong(length) : Long.MAX_VALUE;
    }

    private static Refusal tooLarge(long bytesMax) {
        return Refusal.of(
                ProblemCode.TOO_LARGE,
                "the body is larger than " + bytesMax + " bytes",
                "send less; files go into parts of a multipart upload");
    }
}
