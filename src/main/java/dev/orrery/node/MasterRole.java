package dev.orrery.node;

import dev.orrery.api.ApiServer;
import dev.orrery.api.Blocking;
import dev.orrery.api.RouteSet;
import dev.orrery.api.StoreAuthenticator;
import dev.orrery.api.backup.BackupRoutes;
import dev.orrery.api.batch.BatchRoutes;
import dev.orrery.api.cluster.MasterRoutes;
import dev.orrery.api.compat.OrionRoutes;
import dev.orrery.api.compat.SimpleRoutes;
import dev.orrery.api.compat.SimpleScheduleRoutes;
import dev.orrery.api.enrol.EnrolRoutes;
import dev.orrery.api.enrol.Enroller;
import dev.orrery.api.logs.AttemptLogs;
import dev.orrery.api.logs.LocalLogSource;
import dev.orrery.api.logs.LogGrowth;
import dev.orrery.api.replica.ReplicaRoutes;
import dev.orrery.api.rest.ClusterRoutes;
import dev.orrery.api.rest.Intake;
import dev.orrery.api.rest.InternalRoutes;
import dev.orrery.api.rest.JobRoutes;
import dev.orrery.api.rest.JobSelector;
import dev.orrery.api.rest.Leader;
import dev.orrery.api.rest.LogRoutes;
import dev.orrery.api.rest.OpenRoutes;
import dev.orrery.api.rest.OutputRoutes;
import dev.orrery.api.rest.PageRoutes;
import dev.orrery.api.rest.SubmitRoutes;
import dev.orrery.api.rest.TokenRoutes;
import dev.orrery.api.schedule.ScheduleDesk;
import dev.orrery.api.schedule.ScheduleRoutes;
import dev.orrery.api.stream.Fanout;
import dev.orrery.api.stream.StreamRoutes;
import dev.orrery.bus.Address;
import dev.orrery.config.Settings;
import dev.orrery.node.enrol.Authority;
import dev.orrery.node.enrol.Invitations;
import dev.orrery.node.leader.Leadership;
import dev.orrery.protocol.TopicMessage.LogSize;
import dev.orrery.store.JobReads;
import dev.orrery.store.StoreException;
import dev.orrery.store.backup.Backup;

import io.vertx.core.Future;
import io.vertx.core.Vertx;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/** The master of a node: its store, its API with a proxy beside it, and its scheduler. */
final class MasterRole {
    private static final Logger LOG = LoggerFactory.getLogger(MasterRole.class);

    private final Surroundings around;
    private final MasterParts parts;
    private final byte[] attemptKey;
    private final Optional<Authority> authority;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final LogGrowth growth = new LogGrowth();
    private final Deployments deployments;
    private Optional<MasterVerticle> front = Optional.empty();
    private Optional<SchedulerVerticle> scheduler = Optional.empty();

    MasterRole(Surroundings around) throws StoreException, IOException {
        this.around = around;
        this.deployments = new Deployments(around.node().vertx());
        this.parts = MasterParts.open(around.settings(), around.files());
        this.attemptKey = parts.attemptKey();
        this.authority = Authority.running(around.settings());
    }

    Future<?> start() {
        Vertx vertx = around.node().vertx();
        Blocking blocking = new Blocking(vertx, threads);
        JobReads reads = parts.store().jobs();
        AttemptLogs logs = new AttemptLogs(parts.blobs(), parts.logs());
        LocalLogSource source = new LocalLogSource(reads, logs, parts.logs(), blocking);
        Address own = Address.proxy(around.node().id());
        PubSubProxyVerticle hub =
                new PubSubProxyVerticle(
                        context ->
                                new Fanout(
                                        vertx,
                                        context,
                                        new Fanout.Sources(around.node().bus(), own, source),
                                        around.settings().limits(),
                                        Surroundings.version()),
                        fanout -> Optional.empty());
        return deployments
                .deploy(hub)
                .compose(id -> startFront(vertx, hub.fanout(), blocking, logs))
                .compose(id -> startScheduler());
    }

    private Future<String> startFront(
            Vertx vertx, Fanout fanout, Blocking blocking, AttemptLogs logs) {
        StoreAuthenticator authenticator =
                new StoreAuthenticator(parts.store().tokens(), blocking, Clock.systemUTC());
        ApiServer server =
                new ApiServer(
                        vertx,
                        around.settings(),
                        authenticator,
                        routes(fanout, authenticator, blocking, logs));
        MasterVerticle verticle =
                new MasterVerticle(
                        server,
                        new Retention(
                                around.node().bus(),
                                parts.store(),
                                parts.blobs(),
                                parts.logs(),
                                new Retention.Duty(
                                        this::isLeading,
                                        () -> !parts.bytes().sharesDirectory() || isLeading())),
                        parts.bytes().own().map(MasterBytes.Own::round),
                        around.settings().storage().retention());
        front = Optional.of(verticle);
        return deployments.deploy(verticle);
    }

    private List<RouteSet> routes(
            Fanout fanout, StoreAuthenticator authenticator, Blocking blocking, AttemptLogs logs) {
        Settings settings = around.settings();
        JobReads reads = parts.store().jobs();
        Leader leader = new Leader(around.node().bus());
        Clock clock = Clock.systemUTC();
        Intake intake = new Intake(settings, leader, parts.blobs(), blocking, clock);
        OutputRoutes outputs = new OutputRoutes(reads, parts.blobs(), blocking);
        ScheduleDesk schedules =
                new ScheduleDesk(parts.store().schedules(), leader, blocking, clock);
        List<RouteSet> all = new ArrayList<>(compatibility(intake, schedules, outputs, blocking));
        all.addAll(
                List.of(
                        new OpenRoutes(this::unreadiness, around.metrics()),
                        new PageRoutes(),
                        new SubmitRoutes(intake, clock),
                        new ScheduleRoutes(intake, schedules),
                        new BatchRoutes(settings, intake, leader, blocking, clock),
                        new JobRoutes(reads, parts.blobs(), parts.logs(), leader, blocking),
                        new LogRoutes(reads, logs, growth, blocking),
                        outputs,
                        new ClusterRoutes(leader, Surroundings.version()),
                        new MasterRoutes(
                                parts.store().leaderRow(),
                                parts.store().masters(),
                                settings.leadership().silence(),
                                blocking),
                        new BackupRoutes(around.node().vertx(), backupSource()),
                        new EnrolRoutes(enroller(clock), blocking),
                        new TokenRoutes(parts.store().tokens(), authenticator, blocking, clock),
                        new InternalRoutes(
                                settings,
                                attemptKey,
                                new InternalRoutes.Places(reads, parts.blobs(), parts.logs()),
                                growth,
                                this::logGrown,
                                blocking),
                        new StreamRoutes(
                                fanout,
                                authenticator,
                                new JobSelector(reads, blocking),
                                settings.limits(),
                                around.metrics())));
        parts.bytes()
                .own()
                .ifPresent(own ->
                        all.add(
                                new ReplicaRoutes(
                                        settings,
                                        new ReplicaRoutes.Own(
                                                parts.id().toString(),
                                                own.key(),
                                                own.blobs(),
                                                own.logs()),
                                        growth,
                                        blocking,
                                        clock)));
        return all;
    }

    /** All that a backup of this node copies. */
    private Backup.Source backupSource() {
        return new Backup.Source(
                parts.store(),
                around.settings().server().data(),
                parts.blobs(),
                parts.logs(),
                Surroundings.version());
    }

    /** Lets nodes of other machines in, where there are any and the authority is our own. */
    private Optional<Enroller> enroller(Clock clock) {
        Settings settings = around.settings();
        Settings.Cluster cluster = settings.cluster();
        boolean reachable =
                cluster.enabled()
                        && !Settings.isLoopback(cluster.host())
                        && !Settings.isLoopback(settings.server().host());
        if (!reachable || authority.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new Invitations(
                        authority.get(), () -> uri().toString(), () -> members(cluster), clock));
    }

    /** Whom a new node may join: the masters of now, and those that the settings name. */
    private List<String> members(Settings.Cluster cluster) {
        return Stream.concat(around.node().rank().masters().stream(), cluster.join().stream())
                .distinct()
                .toList();
    }

    /** The interfaces of other systems that are switched on. */
    private List<RouteSet> compatibility(
            Intake intake, ScheduleDesk schedules, OutputRoutes outputs, Blocking blocking) {
        Settings.Compat compat = around.settings().compat();
        List<RouteSet> all = new ArrayList<>();
        if (compat.orion()) {
            all.add(new OrionRoutes(compat, intake, parts.store().jobs(), outputs, blocking));
        }
        if (compat.simple()) {
            all.add(new SimpleRoutes(intake));
            all.add(new SimpleScheduleRoutes(intake, schedules));
        }
        if (!all.isEmpty()) {
            LOG.atWarn()
                    .addKeyValue("interfaces", compat.enabled())
                    .log("any local user can run code: compatibility routes need no token here");
        }
        return all;
    }

    private boolean isLeading() {
        return scheduler.filter(SchedulerVerticle::isLeading).isPresent();
    }

    private Optional<String> unreadiness() {
        boolean isLed = isLeading() || !around.node().bus().leader().node().isEmpty();
        return isLed ? Optional.empty() : Optional.of("no master leads just now");
    }

    private void logGrown(LogSize size) {
        scheduler.ifPresent(it -> it.logGrown(size));
    }

    private Future<String> startScheduler() {
        SchedulerVerticle verticle =
                new SchedulerVerticle(
                        around.node().bus(),
                        new SchedulerVerticle.Parts(
                                parts.store(),
                                parts.logs(),
                                Components.rules(around.settings()),
                                Components.policies(around.settings().scheduling()),
                                new Leadership.Self(
                                        parts.id().toString(),
                                        around.node().id(),
                                        uri().toString()),
                                around.settings().leadership(),
                                around.settings().scheduling().heartbeat(),
                                around.fatal()));
        scheduler = Optional.of(verticle);
        new MasterMetrics(around.metrics()).bind(verticle);
        return deployments.deploy(verticle);
    }

    URI uri() {
        return around.uri(front.orElseThrow().port());
    }

    /** Lets another master lead first, and then ends what serves. */
    Future<?> stop() {
        Future<Void> handedOver =
                scheduler.map(SchedulerVerticle::stepDown).orElse(Future.succeededFuture());
        return handedOver.transform(done -> deployments.undeployAll());
    }

    /** Closes what is on disk; after this no other thread may use it. */
    void release() {
        threads.shutdownNow();
        parts.close();
    }
}
