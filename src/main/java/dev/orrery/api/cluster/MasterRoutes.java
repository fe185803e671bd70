package dev.orrery.api.cluster;

import dev.orrery.api.Access;
import dev.orrery.api.Blocking;
import dev.orrery.api.Call;
import dev.orrery.api.RouteSet;
import dev.orrery.api.Routes;
import dev.orrery.store.LeaderRow;
import dev.orrery.store.LeaderRow.Term;
import dev.orrery.store.Masters;
import dev.orrery.store.Masters.Master;

import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;

import java.time.Duration;
import java.util.List;

/** Shows the masters that share the store, and which of them leads; also while none does. */
public final class MasterRoutes implements RouteSet {
    private final LeaderRow leaderRow;
    private final Masters masters;
    private final Duration aliveWithin;
    private final Blocking blocking;

    /**
     * Routes that read the store.
     *
     * @param aliveWithin after which a master that said nothing counts as gone
     */
    public MasterRoutes(
            LeaderRow leaderRow, Masters masters, Duration aliveWithin, Blocking blocking) {
        this.leaderRow = leaderRow;
        this.masters = masters;
        this.aliveWithin = aliveWithin;
        this.blocking = blocking;
    }

    @Override
    public void mount(Routes routes) {
        routes.add(HttpMethod.GET, "/api/v1/masters", Access.VIEWER, this::masters);
    }

    private record Found(Term term, List<Master> masters) {}

    private Future<?> masters(Call call) {
        call.query(List.of());
        return blocking.call(() -> new Found(leaderRow.term(), masters.alive(aliveWithin)))
                .compose(found ->
                        call.json(
                                200,
                                out -> {
                                    out.writeStartObject();
                                    out.writeNumberField("epoch", found.term().epoch());
                                    out.writeArrayFieldStart("items");
                                    for (Master master : found.masters()) {
                                        out.writeStartObject();
                                        out.writeStringField("id", master.id());
                                        out.writeStringField("uri", master.dataUri());
                                        out.writeBooleanField("leads", leads(found.term(), master));
                                        out.writeNumberField("workersHeard", master.workers());
                                        out.writeEndObject();
                                    }
                                    out.writeEndArray();
                                    out.writeEndObject();
                                }));
    }

    private static boolean leads(Term term, Master master) {
        return term.leased() && term.holder().node().equals(master.node());
    }
}
