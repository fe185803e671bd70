package dev.orrery.api.rest;

import dev.orrery.api.Access;
import dev.orrery.api.Call;
import dev.orrery.api.RouteSet;
import dev.orrery.api.Routes;
import dev.orrery.api.json.ClusterJson;
import dev.orrery.api.json.Refusal;
import dev.orrery.model.ProblemCode;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.SchedulerRequest;

import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;

import java.util.List;

/** Shows the cluster and its nodes, and takes nodes out of work and back. */
public final class ClusterRoutes implements RouteSet {
    private final Leader leader;
    private final String version;

    /**
     * Routes that ask the leader.
     *
     * @param version of the program
     */
    public ClusterRoutes(Leader leader, String version) {
        this.leader = leader;
        this.version = version;
    }

    @Override
    public void mount(Routes routes) {
        routes.add(HttpMethod.GET, "/api/v1/cluster", Access.VIEWER, this::cluster);
        routes.add(HttpMethod.GET, "/api/v1/nodes", Access.VIEWER, this::nodes);
        routes.add(
                HttpMethod.POST,
                "/api/v1/nodes/{name}/drain",
                Access.ADMIN,
                call -> setDrain(call, true));
        routes.add(
                HttpMethod.POST,
                "/api/v1/nodes/{name}/resume",
                Access.ADMIN,
                call -> setDrain(call, false));
    }

    private Future<?> cluster(Call call) {
        call.query(List.of());
        return leader.cluster()
                .compose(view ->
                        call.json(
                                200,
                                out -> {
                                    out.writeStartObject();
                                    ClusterJson.clusterFields(
                                            out, view, call.principal().namespace(), version);
                                    out.writeEndObject();
                                }));
    }

    private Future<?> nodes(Call call) {
        call.query(List.of());
        return leader.cluster()
                .compose(view ->
                        call.json(
                                200,
                                out -> {
                                    out.writeStartObject();
                                    ClusterJson.nodesField(out, view.nodes());
                                    out.writeEndObject();
                                }));
    }

    private Future<?> setDrain(Call call, boolean draining) {
        call.query(List.of());
        if (call.principal().namespace().isPresent()) {
            throw Refusal.of(
                    ProblemCode.FORBIDDEN,
                    "nodes belong to all namespaces, and your token to one",
                    "use an administrator's token without a namespace");
        }
        WorkerId worker = worker(call.parameter("name"));
        return leader.cluster()
                .compose(view -> {
                    if (view.nodes().stream().noneMatch(n -> n.worker().equals(worker))) {
                        throw Refusal.notFound("node of this name");
                    }
                    return leader.ask(new SchedulerRequest.SetDrain(worker, draining));
                })
                .compose(_ -> call.empty(204));
    }

    private static WorkerId worker(String name) {
        try {
            return new WorkerId(name);
        } catch (IllegalArgumentException e) {
            throw Refusal.notFound("node of this name");
        }
    }
}
