package dev.orrery.bus;

import io.vertx.core.Vertx;

import java.util.Optional;

/**
 * A running Vert.x with its bus, alone or as a member of the cluster.
 *
 * @param book who serves which address; none when it is alone
 * @param member {@code host:port} of its Hazelcast member; empty when it is alone
 */
public record BusNode(
        Vertx vertx,
        LeaderBus bus,
        Membership membership,
        MasterRank rank,
        Optional<AddressBook> book,
        String member) {

    /** The id of this node on the bus. */
    public String id() {
        return membership.self();
    }
}
