package dev.orrery.bus;

import com.hazelcast.cluster.Address;
import com.hazelcast.config.Config;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.LifecycleEvent;

import dev.orrery.config.Settings;

import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Starts and stops Vert.x, alone or clustered. Blocking: for the program's entry and for tests. */
public final class BusStart {
    private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration JOIN_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration LEAVE_TIMEOUT = Duration.ofSeconds(20);

    private final Settings settings;
    private final VertxOptions options;
    private final UnaryOperator<VertxBuilder> extension;
    private final Optional<String> masterOf;

    /**
     * What to start.
     *
     * @param options of Vert.x; those of the event bus are replaced
     * @param extension adds what the options cannot hold, such as a factory of metrics
     * @param masterOf the store of a master, as the other members are told
     */
    public BusStart(
            Settings settings,
            VertxOptions options,
            UnaryOperator<VertxBuilder> extension,
            Optional<String> masterOf) {
        this.settings = settings;
        this.options = new VertxOptions(options);
        this.extension = extension;
        this.masterOf = masterOf;
    }

    /** Starts as the settings say, and joins the cluster if there is to be one. */
    public BusNode start() throws IOException {
        return settings.cluster().enabled() ? join() : alone();
    }

    /** Leaves the cluster and closes Vert.x. */
    public void stop(BusNode node) throws IOException {
        try {
            node.vertx().close().await(LEAVE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException stuck) {
            throw new IOException("Vert.x did not close in time", stuck);
        }
        if (!node.member().isEmpty()) {
            try (ClusterFile file = ClusterFile.lock(data(), LOCK_TIMEOUT)) {
                file.remove(node.member());
            }
        }
    }

    /** Gives the cluster of a data directory its name, which the node then takes. */
    public static void name(Path data, String name) throws IOException {
        try (ClusterFile file = ClusterFile.lock(data, LOCK_TIMEOUT)) {
            file.name(name);
        }
    }

    private BusNode alone() {
        Vertx vertx = extension.apply(Vertx.builder().with(options)).build();
        Membership membership = new Membership(UUID.randomUUID().toString());
        return new BusNode(
                vertx,
                new LeaderBus(vertx, new VertxBus(vertx)),
                membership,
                new MasterRank(Optional.empty()),
                Optional.empty(),
                "");
    }

    private BusNode join() throws IOException {
        InetAddress host = InetAddress.getByName(settings.cluster().host());
        options.setEventBusOptions(eventBus(host));
        try (ClusterFile file = ClusterFile.lock(data(), LOCK_TIMEOUT)) {
            List<String> live = file.liveMembers();
            List<String> members =
                    Stream.concat(settings.cluster().join().stream(), live.stream())
                            .distinct()
                            .toList();
            String ip = host.getHostAddress();
            Config config = MemberConfig.of(settings.cluster(), ip, file.name(), members);
            masterOf.ifPresent(store ->
                    config.getMemberAttributeConfig().setAttribute(MasterRank.ATTRIBUTE, store));
            BusNode node = join(new HazelcastClusterManager(config));
            file.add(node.member(), live);
            return node;
        }
    }

    private BusNode join(HazelcastClusterManager cluster) throws IOException {
        Vertx vertx = build(cluster);
        Membership membership = new Membership(cluster.getNodeId());
        cluster.nodeListener(membership.nodeListener());
        List<String> found = cluster.getNodes();
        membership.found(found);
        membership.foundGone(found, cluster.getNodes());
        HazelcastInstance hazelcast = cluster.getHazelcastInstance();
        hazelcast
                .getLifecycleService()
                .addLifecycleListener(event -> {
                    if (event.getState() == LifecycleEvent.LifecycleState.MERGED) {
                        membership.merged();
                    }
                });
        Address address = hazelcast.getCluster().getLocalMember().getAddress();
        String member = address.getHost() + ":" + address.getPort();
        MasterRank rank = new MasterRank(Optional.of(hazelcast));
        VertxBus bus = new VertxBus(vertx);
        return new BusNode(
                vertx,
                new LeaderBus(vertx, bus),
                membership,
                rank,
                Optional.of(new AddressBook(hazelcast, membership.self(), cluster::getNodes, bus)),
                member);
    }

    private Vertx build(HazelcastClusterManager cluster) throws IOException {
        VertxBuilder builder = extension.apply(Vertx.builder().with(options));
        try {
            return builder.withClusterManager(cluster)
                    .buildClustered()
                    .await(JOIN_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (Exception fault) {
            throw new IOException("the cluster could not be joined: " + fault.getMessage(), fault);
        }
    }

    private EventBusOptions eventBus(InetAddress host) {
        EventBusOptions eventBus = BusOptions.of(host.getHostAddress(), settings.cluster().port());
        if (host.isLoopbackAddress()) {
            return eventBus;
        }
        return settings.server()
                .tls()
                .map(tls -> BusOptions.mutualTls(eventBus, tls))
                .orElseThrow(() -> new IllegalStateException("beyond loopback the bus needs TLS"));
    }

    private Path data() {
        return settings.server().data();
    }
}
