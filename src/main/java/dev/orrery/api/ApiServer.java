package dev.orrery.api;

import dev.orrery.api.json.Refusal;
import dev.orrery.config.Settings;
import dev.orrery.model.Problem;
import dev.orrery.model.ProblemCode;
import dev.orrery.protocol.Principal;

import io.netty.handler.codec.http.TooLongHttpContentException;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PemKeyCertOptions;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The HTTP server of a node: filters, in one order for every route, then the routes. */
public final class ApiServer {
    private static final int FRAME_BYTES_MAX = 64 * 1024;
    private static final int MESSAGE_BYTES_MAX = 256 * 1024;
    private static final int LINE_BYTES_MAX = 4 * 1024;
    private static final int HEADER_BYTES_MAX = 8 * 1024;
    private static final int PIECE_BYTES_MAX = 64 * 1024;
    private static final long STOP_SECONDS = 2;

    /** Where no link of another site may lead. */
    private static final List<String> CLOSED = List.of("/api/", "/internal/", "/orion/", "/jobs");

    private static final CharSequence CSP =
            HttpHeaders.createOptimized("default-src 'none'; frame-ancestors 'none'");
    private static final CharSequence CSP_NAME =
            HttpHeaders.createOptimized("content-security-policy");
    private static final CharSequence NOSNIFF_NAME =
            HttpHeaders.createOptimized("x-content-type-options");
    private static final CharSequence NOSNIFF = HttpHeaders.createOptimized("nosniff");
    private static final CharSequence REFERRER_NAME =
            HttpHeaders.createOptimized("referrer-policy");
    private static final CharSequence REFERRER = HttpHeaders.createOptimized("no-referrer");
    private static final CharSequence NO_STORE = HttpHeaders.createOptimized("no-store");

    private final Vertx vertx;
    private final Settings settings;
    private final Authenticator authenticator;
    private final List<RouteSet> routeSets;
    private final Routes routes = new Routes();
    private final Perimeter perimeter;
    private final Connections connections;
    private Optional<HttpServer> server = Optional.empty();

    /** A server that does not listen yet. */
    public ApiServer(
            Vertx vertx, Settings settings, Authenticator authenticator, List<RouteSet> routeSets) {
        this.vertx = vertx;
        this.settings = settings;
        this.authenticator = authenticator;
        this.routeSets = List.copyOf(routeSets);
        this.connections = new Connections(settings.limits().connectionIdle());
        this.perimeter = new Perimeter(settings.server());
        routeSets.forEach(set -> set.mount(routes));
    }

    /** Begins to serve on the caller's context; gives the port. */
    public Future<Integer> listen() {
        HttpServer created =
                vertx.createHttpServer(options())
                        .connectionHandler(connections::opened)
                        .invalidRequestHandler(this::invalid)
                        .requestHandler(this::handle);
        server = Optional.of(created);
        connections.start(vertx);
        return created.listen().map(HttpServer::actualPort);
    }

    /**
     * Ends the streams with "restart", lets running requests finish for two seconds, and closes.
     */
    public Future<Void> close() {
        connections.stop(vertx);
        List<Future<Void>> closings = routeSets.stream().map(RouteSet::close).toList();
        return Future.join(closings)
                .transform(_ ->
                        server.map(s -> s.shutdown(STOP_SECONDS, TimeUnit.SECONDS))
                                .orElse(Future.succeededFuture()));
    }

    private HttpServerOptions options() {
        HttpServerOptions options =
                new HttpServerOptions()
                        .setHost(settings.server().host())
                        .setPort(settings.server().port())
                        .setTcpKeepAlive(true)
                        .setMaxInitialLineLength(LINE_BYTES_MAX)
                        .setMaxHeaderSize(HEADER_BYTES_MAX)
                        .setMaxChunkSize(PIECE_BYTES_MAX)
                        .setMaxFormFields(0)
                        .setHandle100ContinueAutomatically(false)
                        .setHttp2ClearTextEnabled(false)
                        .setUseAlpn(false)
                        .setAlpnVersions(List.of(HttpVersion.HTTP_1_1))
                        .setDecompressionSupported(false)
                        .setPerFrameWebSocketCompressionSupported(false)
                        .setPerMessageWebSocketCompressionSupported(false)
                        .setWebSocketSubProtocols(List.of("orrery.v1"))
                        .setMaxWebSocketFrameSize(FRAME_BYTES_MAX)
                        .setMaxWebSocketMessageSize(MESSAGE_BYTES_MAX);
        settings.server()
                .tls()
                .ifPresent(tls ->
                        options.setSsl(true)
                                .setKeyCertOptions(
                                        new PemKeyCertOptions()
                                                .setCertPath(tls.cert().toString())
                                                .setKeyPath(tls.key().toString())));
        return options;
    }

    private void handle(HttpServerRequest request) {
        Context context = vertx.getOrCreateContext();
        connections.requested(request.connection(), request.response());
        Call anonymous = call(context, request, Map.of(), Optional.empty(), Optional.empty());
        request.pause();
        setSecurityHeaders(request);
        try {
            Optional<String> cors = perimeter.corsOrigin(request);
            cors.ifPresent(origin -> setCorsHeaders(request, origin));
            if (cors.isPresent() && request.method().equals(HttpMethod.OPTIONS)) {
                perimeter.check(request, false);
                anonymous.empty(204);
                return;
            }
            admit(context, request, anonymous);
        } catch (Refusal refusal) {
            anonymous.problem(refusal.problem());
        } catch (RuntimeException failure) {
            anonymous.problem(Faults.problem(failure, during(request)));
        }
    }

    private void admit(Context context, HttpServerRequest request, Call anonymous) {
        String path = request.path() == null ? "" : request.path();
        perimeter.check(request, CLOSED.stream().noneMatch(path::startsWith));
        Routes.Match match = routes.match(request.method(), path);
        Optional<String> token = bearer(request);
        Access access = match.route().access();
        if (access == Access.OPEN || access == Access.OWN) {
            answer(call(context, request, match.parameters(), Optional.empty(), token), match);
            return;
        }
        if (Guest.is(request, access, token)) {
            authorised(context, request, match, Guest.PRINCIPAL, token, anonymous);
            return;
        }
        Future<Optional<Principal>> known =
                authenticator.authenticate(token.orElseThrow(ApiServer::unauthenticated));
        known.onSuccess(principal ->
                        authorised(context, request, match, principal, token, anonymous))
                .onFailure(failure -> anonymous.problem(Faults.problem(failure, during(request))));
    }

    private void authorised(
            Context context,
            HttpServerRequest request,
            Routes.Match match,
            Optional<Principal> principal,
            Optional<String> token,
            Call anonymous) {
        if (principal.isEmpty()) {
            anonymous.problem(unauthenticated().problem());
        } else if (!principal.get().may(role(match.route().access()))) {
            anonymous.problem(forbidden(match.route().access()).problem());
        } else {
            answer(call(context, request, match.parameters(), principal, token), match);
        }
    }

    private void answer(Call call, Routes.Match match) {
        Future<?> answer;
        try {
            answer = match.route().handler().handle(call);
        } catch (RuntimeException failure) {
            answer = Future.failedFuture(failure);
        }
        answer.onFailure(failure -> {
            if (!call.response().closed()) {
                call.problem(Faults.problem(failure, during(call.request())));
            }
        });
    }

    /** A request that HTTP itself does not allow. */
    private void invalid(HttpServerRequest request) {
        Throwable cause = request.decoderResult().cause();
        boolean tooLong =
                cause instanceof TooLongHttpLineException
                        || cause instanceof TooLongHttpHeaderException
                        || cause instanceof TooLongHttpContentException;
        Problem problem =
                tooLong
                        ? Problem.of(
                                ProblemCode.TOO_LARGE,
                                "the request line or the headers are too long",
                                "send shorter ones")
                        : Problem.of(
                                ProblemCode.MALFORMED_BODY,
                                "the request is no HTTP that is understood here",
                                "send HTTP/1.1");
        setSecurityHeaders(request);
        Call call =
                call(
                        vertx.getOrCreateContext(),
                        request,
                        Map.of(),
                        Optional.empty(),
                        Optional.empty());
        request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        call.problem(problem);
    }

    private Call call(
            Context context,
            HttpServerRequest request,
            Map<String, String> parameters,
            Optional<Principal> principal,
            Optional<String> token) {
        return new Call(context, request, parameters, principal, token, connections);
    }

    private static void setSecurityHeaders(HttpServerRequest request) {
        MultiMap headers = request.response().headers();
        headers.set(CSP_NAME, CSP);
        headers.set(NOSNIFF_NAME, NOSNIFF);
        headers.set(REFERRER_NAME, REFERRER);
        headers.set(HttpHeaders.CACHE_CONTROL, NO_STORE);
    }

    private static void setCorsHeaders(HttpServerRequest request, String origin) {
        request.response()
                .putHeader("access-control-allow-origin", origin)
                .putHeader("vary", "origin")
                .putHeader("access-control-allow-methods", "GET, HEAD, POST, DELETE")
                .putHeader(
                        "access-control-allow-headers",
                        "authorization, content-type, idempotency-key, last-event-id, range")
                .putHeader("access-control-expose-headers", "location, etag, retry-after");
    }

    private static Optional<String> bearer(HttpServerRequest request) {
        String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        return header != null && header.regionMatches(true, 0, "Bearer ", 0, 7)
                ? Optional.of(header.substring(7).strip())
                : Optional.empty();
    }

    private static Principal.Role role(Access access) {
        return switch (access) {
            case VIEWER, GUEST_VIEWER -> Principal.Role.VIEWER;
            case SUBMITTER, GUEST_SUBMITTER -> Principal.Role.SUBMITTER;
            case ADMIN -> Principal.Role.ADMIN;
            case OPEN, OWN -> throw new IllegalStateException("no role is needed: " + access);
        };
    }

    private static Refusal unauthenticated() {
        return Refusal.of(
                ProblemCode.UNAUTHENTICATED,
                "no token came, or one that is not known here",
                "send the header 'Authorization: Bearer TOKEN'");
    }

    private static Refusal forbidden(Access needed) {
        return Refusal.of(
                ProblemCode.FORBIDDEN,
                "your token's role does not allow this",
                "use a token with the role "
                        + role(needed).name().toLowerCase(java.util.Locale.ROOT));
    }

    private static String during(HttpServerRequest request) {
        return request.method() + " " + request.path();
    }
}
