package dev.orrery.node;

import dev.orrery.api.ApiServer;
import dev.orrery.api.BusAuthenticator;
import dev.orrery.api.JobNames;
import dev.orrery.api.RouteSet;
import dev.orrery.api.logs.HttpLogSource;
import dev.orrery.api.rest.OpenRoutes;
import dev.orrery.api.stream.Fanout;
import dev.orrery.api.stream.StreamRoutes;
import dev.orrery.bus.Address;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.PemTrustOptions;

import java.net.URI;
import java.util.List;
import java.util.Optional;

/** The proxy of a node without a master: it serves streams, and asks the masters for the rest. */
final class ProxyRole {

    private final Surroundings around;
    private final Deployments deployments;
    private Optional<PubSubProxyVerticle> verticle = Optional.empty();

    ProxyRole(Surroundings around) {
        this.around = around;
        this.deployments = new Deployments(around.node().vertx());
    }

    Future<?> start() {
        Vertx vertx = around.node().vertx();
        BusAuthenticator authenticator = new BusAuthenticator(around.node().bus());
        HttpLogSource source = new HttpLogSource(client(vertx));
        Address own = Address.proxy(around.node().id());
        PubSubProxyVerticle made =
                new PubSubProxyVerticle(
                        context ->
                                new Fanout(
                                        vertx,
                                        context,
                                        new Fanout.Sources(around.node().bus(), own, source),
                                        around.settings().limits(),
                                        Surroundings.version()),
                        fanout ->
                                Optional.of(
                                        new ApiServer(
                                                vertx,
                                                around.settings(),
                                                authenticator,
                                                routes(fanout, authenticator))));
        verticle = Optional.of(made);
        return deployments.deploy(made);
    }

    private List<RouteSet> routes(Fanout fanout, BusAuthenticator authenticator) {
        return List.of(
                new OpenRoutes(Optional::empty, around.metrics()),
                new StreamRoutes(
                        fanout,
                        authenticator,
                        JobNames.WHOLE_IDS,
                        around.settings().limits(),
                        around.metrics()));
    }

    private HttpClient client(Vertx vertx) {
        HttpClientOptions options = new HttpClientOptions();
        around.settings()
                .server()
                .tls()
                .ifPresent(tls ->
                        options.setTrustOptions(
                                new PemTrustOptions().addCertPath(tls.ca().toString())));
        return vertx.createHttpClient(options);
    }

    URI uri() {
        return around.uri(verticle.orElseThrow().port());
    }

    Future<?> stop() {
        return deployments.undeployAll();
    }
}
