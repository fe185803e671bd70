package dev.orrery.bus;

import io.vertx.core.Vertx;

/**
 * A running Vert.x with its bus, alone or as a member of the cluster.
 *
 * @param member {@code host:port} of its Hazelcast member; empty when it is alone
 */
public record BusNode(
        Vertx vertx, LeaderBus bus, Membership membership, MasterRank rank, String member) {

    /** The id of this node on the bus. */
    public String id() {
        return membership.self();
    }
}
