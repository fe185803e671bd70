package dev.orrery.api.rest;

import dev.orrery.api.Access;
import dev.orrery.api.Call;
import dev.orrery.api.RouteSet;
import dev.orrery.api.Routes;
import dev.orrery.api.json.Refusal;
import dev.orrery.model.ProblemCode;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;

import java.util.Optional;
import java.util.function.Supplier;

/** Says whether the node lives and serves, what it counts, and what its contract is. */
public final class OpenRoutes implements RouteSet {
    private final Supplier<Optional<String>> unreadiness;
    private final PrometheusMeterRegistry metrics;
    private final StaticFile contract = StaticFile.read("openapi.yaml", "application/yaml");

    /**
     * Routes for those who watch the node.
     *
     * @param unreadiness why the node does not serve; empty when it does
     */
    public OpenRoutes(Supplier<Optional<String>> unreadiness, PrometheusMeterRegistry metrics) {
        this.unreadiness = unreadiness;
        this.metrics = metrics;
    }

    @Override
    public void mount(Routes routes) {
        routes.add(HttpMethod.GET, "/healthz", Access.OPEN, call -> state(call, "alive"));
        routes.add(HttpMethod.GET, "/readyz", Access.OPEN, this::ready);
        routes.add(HttpMethod.GET, "/metrics", Access.VIEWER, this::metrics);
        routes.add(HttpMethod.GET, "/openapi.yaml", Access.OPEN, contract::send);
    }

    private Future<?> ready(Call call) {
        Optional<String> reason = unreadiness.get();
        if (reason.isPresent()) {
            throw Refusal.of(ProblemCode.UNAVAILABLE, reason.get(), "wait, or look into the log");
        }
        return state(call, "ready");
    }

    private static Future<Void> state(Call call, String state) {
        return call.json(
                200,
                out -> {
                    out.writeStartObject();
                    out.writeStringField("state", state);
                    out.writeEndObject();
                });
    }

    private Future<?> metrics(Call call) {
        return call.response()
                .putHeader("content-type", "text/plain; version=0.0.4; charset=utf-8")
                .end(metrics.scrape());
    }
}
