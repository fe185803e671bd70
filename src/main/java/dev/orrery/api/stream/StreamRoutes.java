package dev.orrery.api.stream;

import dev.orrery.api.Access;
import dev.orrery.api.Authenticator;
import dev.orrery.api.Call;
import dev.orrery.api.JobNames;
import dev.orrery.api.Query;
import dev.orrery.api.RouteSet;
import dev.orrery.api.Routes;
import dev.orrery.api.json.Refusal;
import dev.orrery.config.Settings;
import dev.orrery.model.ProblemCode;
import dev.orrery.protocol.Principal;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.ServerWebSocket;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** Live events over WebSocket and over SSE. */
public final class StreamRoutes implements RouteSet {
    private static final List<String> KNOWN = List.of("topic", "from");

    /** Streams whose clients have not said yet who they are; each has five seconds for it. */
    private static final int STRANGERS_MAX = 1_000;

    private static final int STRANGERS_OF_ADDRESS_MAX = 200;

    private final Session.Surroundings around;
    private final Authenticator authenticator;
    private final Settings.Limits limits;
    private final AtomicInteger clients = new AtomicInteger();
    private final Set<WebSocketSession> webSockets = new LinkedHashSet<>();
    private final Set<WebSocketSession> strangers = new LinkedHashSet<>();
    private final Set<SseSession> eventStreams = new LinkedHashSet<>();

    /** Routes to the topics of this fan-out, counted in these metrics. */
    public StreamRoutes(
            Fanout fanout,
            Authenticator authenticator,
            JobNames names,
            Settings.Limits limits,
            MeterRegistry metrics) {
        this.around = new Session.Surroundings(fanout, names, limits);
        this.authenticator = authenticator;
        this.limits = limits;
        Gauge.builder("orrery.stream.clients", clients, AtomicInteger::get)
                .description("Connections over WebSocket and SSE")
                .register(metrics);
        Gauge.builder("orrery.stream.subscriptions", fanout, Fanout::subscriptions)
                .description("Topics that the clients of this node follow, for each client")
                .register(metrics);
        Gauge.builder("orrery.stream.topics", fanout, Fanout::topics)
                .description("Topics that this node follows upstream, each once")
                .register(metrics);
    }

    @Override
    public void mount(Routes routes) {
        routes.add(HttpMethod.GET, "/api/v1/stream", Access.OWN, this::webSocket);
        routes.add(HttpMethod.GET, "/api/v1/events", Access.VIEWER, this::events);
    }

    /** Ends all streams with "restart", so that clients come again. */
    @Override
    public Future<Void> close() {
        List.copyOf(webSockets)
                .forEach(session -> session.end(WebSocketSession.RESTART, "the node restarts"));
        List.copyOf(eventStreams).forEach(SseSession::end);
        return Future.succeededFuture();
    }

    private Future<?> webSocket(Call call) {
        String upgrade = call.request().getHeader(HttpHeaders.UPGRADE);
        if (upgrade == null || !upgrade.equalsIgnoreCase("websocket")) {
            throw Refusal.ofField(
                    ProblemCode.INVALID_VALUE,
                    "Upgrade",
                    "this path speaks WebSocket only",
                    "upgrade to a WebSocket with the sub-protocol orrery.v1");
        }
        checkRoom();
        if (call.token().isEmpty()) {
            checkStrangers(call.request().remoteAddress().hostAddress());
            return call.webSocket().onSuccess(s -> open(call, s, Optional.empty()));
        }
        return authenticator
                .authenticate(call.token().get())
                .compose(principal -> {
                    Principal known = principal.orElseThrow(StreamRoutes::unauthenticated);
                    return call.webSocket().onSuccess(s -> open(call, s, Optional.of(known)));
                });
    }

    private void open(Call call, ServerWebSocket socket, Optional<Principal> principal) {
        WebSocketSession[] session = new WebSocketSession[1];
        session[0] =
                new WebSocketSession(
                        around,
                        authenticator,
                        call.context(),
                        socket,
                        () -> left(webSockets, session[0]));
        webSockets.add(session[0]);
        if (principal.isEmpty()) {
            strangers.add(session[0]);
        }
        clients.incrementAndGet();
        session[0].start(
                principal.map(known -> new Session.Client(call.context(), known, call.token())));
    }

    private Future<?> events(Call call) {
        Query query = call.query(KNOWN);
        List<String> topics = List.copyOf(new LinkedHashSet<>(query.all("topic")));
        if (topics.isEmpty()) {
            throw Refusal.ofField(
                    ProblemCode.MISSING_FIELD,
                    "topic",
                    "the topic is missing",
                    "name a topic, such as topic=jobs.last");
        }
        long from = query.integer("from", 0, Long.MAX_VALUE).orElse(0L);
        SsePlaces last =
                SsePlaces.parse(
                        Optional.ofNullable(call.request().getHeader("last-event-id")).orElse(""));
        checkRoom();
        List<Future<String>> whole =
                topics.stream().map(topic -> wholeName(call.principal(), topic)).toList();
        return Future.all(whole)
                .map(all -> {
                    List<String> names = all.list();
                    Map<String, String> asked = new LinkedHashMap<>();
                    for (int i = 0; i < names.size(); i++) {
                        asked.putIfAbsent(names.get(i), topics.get(i));
                    }
                    open(call, List.copyOf(asked.keySet()), last.of(asked, from));
                    return names;
                });
    }

    private void open(Call call, List<String> topics, SsePlaces from) {
        SseSession[] session = new SseSession[1];
        session[0] = new SseSession(around, call, () -> left(eventStreams, session[0]));
        eventStreams.add(session[0]);
        clients.incrementAndGet();
        session[0].start(topics, from, limits.streamPing().toMillis());
    }

    private <S> void left(Set<S> sessions, S session) {
        if (sessions.remove(session)) {
            clients.decrementAndGet();
        }
    }

    /** The topic with the whole id of its job, under which its events come. */
    private Future<String> wholeName(Principal principal, String topic) {
        return switch (TopicName.parse(topic)) {
            case TopicName.OfJob(String selector) ->
                    around.names()
                            .resolve(principal, Optional.empty(), selector)
                            .map(job -> "jobs." + job);
            case TopicName.OfLogs(String selector) ->
                    around.names()
                            .resolve(principal, Optional.empty(), selector)
                            .map(job -> "logs." + job);
            case TopicName.OfJobs _,
                    TopicName.OfAttempts _,
                    TopicName.OfNodes _,
                    TopicName.OfCluster _ ->
                    Future.succeededFuture(topic);
        };
    }

    private void checkRoom() {
        if (webSockets.size() + eventStreams.size() >= limits.streamClientsMax()) {
            throw Refusal.of(
                    ProblemCode.TOO_MANY,
                    "this node has as many streams as it may have",
                    "ask another node, or try again later");
        }
    }

    private void checkStrangers(String address) {
        strangers.removeIf(it -> !it.isStranger());
        long near = strangers.stream().filter(it -> it.isFrom(address)).count();
        if (strangers.size() >= STRANGERS_MAX || near >= STRANGERS_OF_ADDRESS_MAX) {
            throw Refusal.of(
                    ProblemCode.TOO_MANY,
                    "too many streams wait for the token of their client",
                    "send the token in the header Authorization, or try again in a moment");
        }
    }

    private static Refusal unauthenticated() {
        return Refusal.of(
                ProblemCode.UNAUTHENTICATED,
                "the token is not known here",
                "send the token of this cluster");
    }
}
