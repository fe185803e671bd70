package dev.orrery.node;

import com.sun.management.OperatingSystemMXBean;

import dev.orrery.config.Settings;
import dev.orrery.execution.Executor;
import dev.orrery.execution.ExecutorContext;
import dev.orrery.model.Resources;
import dev.orrery.model.WorkerId;
import dev.orrery.node.work.HttpTransfer;
import dev.orrery.node.work.SpokenExecutor;
import dev.orrery.node.work.TrustedTls;
import dev.orrery.protocol.WorkerOffer;

import io.vertx.core.Future;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;

/** The worker of a node: its name, its life's number, and its verticle. */
final class WorkerRole {

    private static final Logger LOG = LoggerFactory.getLogger(WorkerRole.class);
    private static final Duration DRAIN_SLACK = Duration.ofSeconds(20);
    private static final int HOST_LENGTH_MAX = 40;

    private final Surroundings around;
    private final NodeFiles.Claim claim;
    private final HttpTransfer transfer;
    private final WorkerVerticle verticle;
    private final Deployments deployments;

    WorkerRole(Surroundings around) throws IOException, NodeException {
        this.around = around;
        this.deployments = new Deployments(around.node().vertx());
        Settings.Worker settings = around.settings().worker();
        this.claim = claim(around, settings.name());
        this.transfer =
                new HttpTransfer(
                        TrustedTls.of(around.settings().server().tls()),
                        () -> around.node().bus().leader().dataUris());
        WorkerId worker = new WorkerId(claim.name());
        long incarnation = NodeFiles.nextIncarnation(claim.directory(), System.currentTimeMillis());
        Executor chosen =
                Components.executor(
                        new ExecutorContext(
                                settings,
                                claim.directory(),
                                worker,
                                Long.toString(incarnation),
                                transfer));
        Executor executor =
                around.settings().compat().simple() ? new SpokenExecutor(chosen) : chosen;
        int killed = executor.killLeftovers();
        String note = killed == 0 ? "" : "killed " + killed + " processes of an earlier life";
        LOG.atInfo()
                .addKeyValue("worker", worker)
                .addKeyValue("killed", killed)
                .addKeyValue("limits", executor.limits())
                .log("worker starts");
        this.verticle =
                new WorkerVerticle(
                        around.node().bus(),
                        new WorkerVerticle.Parts(
                                worker,
                                incarnation,
                                offer(settings),
                                executor,
                                around.settings().scheduling(),
                                around.settings().server().drainTimeout(),
                                settings.killGrace(),
                                note,
                                around.fatal()));
    }

    private static NodeFiles.Claim claim(Surroundings around, String name)
            throws IOException, NodeException {
        if (name.isEmpty()) {
            return around.files().claimAnyWorker(hostName());
        }
        Optional<NodeFiles.Claim> claim = around.files().claimWorker(name);
        return claim.orElseThrow(() ->
                NodeException.locked(
                        "a worker named "
                                + name
                                + " runs already in "
                                + around.settings().server().data()));
    }

    private static WorkerOffer offer(Settings.Worker settings) {
        int cpus = Runtime.getRuntime().availableProcessors();
        int slots = settings.slots() == 0 ? cpus : settings.slots();
        Resources extra = settings.extra();
        long cpuMillis = extra.cpuMillis() == 0 ? slots * 1000L : extra.cpuMillis();
        long memory = extra.memoryBytes() == 0 ? machineMemory() : extra.memoryBytes();
        return new WorkerOffer(
                new Resources(cpuMillis, memory, extra.gpus(), extra.named()),
                slots,
                settings.labels(),
                hostName(),
                Surroundings.version());
    }

    private static long machineMemory() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : Runtime.getRuntime().maxMemory();
    }

    /** The machine's name, in the grammar of names. */
    private static String hostName() {
        String host;
        try {
            host = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException nameless) {
            host = "worker";
        }
        String clean = host.replaceAll("[^A-Za-z0-9.-]", "-").replaceFirst("^[^A-Za-z0-9]+", "");
        String named = clean.isEmpty() ? "worker" : clean;
        return named.substring(0, Math.min(HOST_LENGTH_MAX, named.length()));
    }

    Future<?> start() {
        around.node().bus().onLeader(notice -> verticle.leaderChanged(notice.epoch()));
        return deployments.deploy(verticle);
    }

    Future<Void> whenJoined() {
        return verticle.whenJoined();
    }

    String name() {
        return claim.name();
    }

    Future<Void> drain() {
        return deployments.isEmpty() ? Future.succeededFuture() : verticle.drain();
    }

    Duration drainTimeout() {
        return around.settings()
                .server()
                .drainTimeout()
                .plus(around.settings().worker().killGrace())
                .plus(DRAIN_SLACK);
    }

    Future<?> stop() {
        return deployments.undeployAll();
    }

    void release() {
        transfer.close();
        try {
            claim.close();
        } catch (IOException fault) {
            LOG.atWarn().setCause(fault).log("the worker's lock was not released well");
        }
    }
}
