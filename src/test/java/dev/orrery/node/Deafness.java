package dev.orrery.node;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.multimap.MultiMap;

import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import io.vertx.spi.cluster.hazelcast.impl.HazelcastRegistrationInfo;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Makes a node deaf as a partition may: the cluster loses the addresses that the node serves, while
 * the node is a member and believes itself registered.
 */
final class Deafness {
    private static final int LOOK_MILLIS = 100;

    private final Vertx vertx;
    private final Path order;
    private boolean done;

    private Deafness(Vertx vertx, Path order) {
        this.vertx = vertx;
        this.order = order;
    }

    /**
     * Waits for an order: a file whose text is {@code once}, or {@code always}, after which no
     * registration lasts.
     */
    static void await(Vertx vertx, Path order) {
        Deafness deafness = new Deafness(vertx, order);
        vertx.setPeriodic(LOOK_MILLIS, _ -> vertx.executeBlocking(deafness::look));
    }

    private synchronized Void look() throws Exception {
        if (!Files.exists(order)) {
            return null;
        }
        if (Files.readString(order).strip().equals("always") || !done) {
            done = true;
            HazelcastClusterManager cluster =
                    (HazelcastClusterManager) ((VertxInternal) vertx).clusterManager();
            deafen(cluster.getHazelcastInstance(), cluster.getNodeId());
        }
        return null;
    }

    /** Takes away every registration of a node. */
    static void deafen(HazelcastInstance hazelcast, String node) {
        MultiMap<String, HazelcastRegistrationInfo> all = hazelcast.getMultiMap("__vertx.subs");
        for (Map.Entry<String, HazelcastRegistrationInfo> entry : all.entrySet()) {
            if (entry.getValue().unwrap().nodeId().equals(node)) {
                all.remove(entry.getKey(), entry.getValue());
            }
        }
    }
}
