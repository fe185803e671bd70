package dev.orrery.node;

import dev.orrery.bus.BusNode;
import dev.orrery.bus.BusStart;
import dev.orrery.bus.MasterRank;
import dev.orrery.config.Role;
import dev.orrery.config.Settings;
import dev.orrery.node.enrol.NodeTls;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * One process of the cluster with its roles.
 *
 * <p>The roles are verticles that talk over the bus only, so any set of them works in one process
 * or in several. Blocking: started and stopped from a thread of the program, not of Vert.x.
 */
public final class Node implements AutoCloseable {

    /** The exit code of a node that may not go on: its supervisor starts it again. */
    public static final int EXIT_FAULT = 75;

    private static final Logger LOG = LoggerFactory.getLogger(Node.class);
    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(15);

    private final Settings settings;
    private final NodeFiles files;
    private final CompletableFuture<Integer> ended = new CompletableFuture<>();
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final PrometheusMeterRegistry metrics =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private Optional<BusStart> busStart = Optional.empty();
    private Optional<BusNode> bus = Optional.empty();
    private Optional<MasterRole> master = Optional.empty();
    private Optional<WorkerRole> worker = Optional.empty();
    private Optional<ProxyRole> proxy = Optional.empty();
    private Optional<BusCare> care = Optional.empty();

    private Node(Settings settings) {
        this.settings = settings;
        this.files = new NodeFiles(settings.server().data());
    }

    /**
     * Starts a node; it serves when this returns.
     *
     * @throws NodeException when it cannot start, with the exit code that says why
     */
    public static Node start(Set<Role> roles, Settings settings) throws NodeException {
        return start(roles, settings, _ -> {});
    }

    /**
     * Starts a node on a Vert.x that somebody else prepares before any role runs on it.
     *
     * @throws NodeException likewise
     */
    static Node start(Set<Role> roles, Settings settings, Consumer<Vertx> preparation)
            throws NodeException {
        Settings complete;
        try {
            new NodeFiles(settings.server().data()).prepare();
            complete = NodeTls.complete(roles, settings);
        } catch (IOException | RuntimeException fault) {
            throw NodeException.of(fault, settings.server());
        }
        Node node = new Node(complete);
        try {
            node.start(roles, preparation);
            return node;
        } catch (Exception fault) {
            node.close();
            throw NodeException.of(fault, settings.server());
        }
    }

    private void start(Set<Role> roles, Consumer<Vertx> preparation) throws Exception {
        boolean isMaster = roles.contains(Role.MASTER);
        BusStart start =
                new BusStart(
                        settings,
                        options(),
                        builder -> builder,
                        isMaster ? Optional.of(store()) : Optional.empty());
        busStart = Optional.of(start);
        BusNode node = start.start();
        bus = Optional.of(node);
        preparation.accept(node.vertx());
        Surroundings surroundings =
                new Surroundings(settings, files, node, metrics, () -> ended.complete(EXIT_FAULT));
        if (settings.cluster().enabled()) {
            BusCare started = new BusCare(node, surroundings.fatal());
            care = Optional.of(started);
            started.start();
        }
        if (isMaster) {
            MasterRole role = new MasterRole(surroundings);
            master = Optional.of(role);
            OneMaster guard = new OneMaster(node, ended::complete);
            guard.check();
            await(role.start());
            guard.keepChecking();
            NodeFiles.write(files.endpoint(), endpoint(role.uri()));
        } else if (roles.contains(Role.PROXY)) {
            ProxyRole role = new ProxyRole(surroundings);
            proxy = Optional.of(role);
            await(role.start());
        }
        if (roles.contains(Role.WORKER)) {
            WorkerRole role = new WorkerRole(surroundings);
            worker = Optional.of(role);
            await(role.start());
            if (master.isPresent()) {
                await(role.whenJoined());
            }
        }
    }

    /** Which store a master has, as the other masters are told. */
    private String store() {
        return settings.storage().database().isPresent()
                ? MasterRank.SHARED
                : settings.server().data().toString();
    }

    /** Where the command line finds the server, and whom it may trust there. */
    private String endpoint(URI uri) {
        JsonObject endpoint =
                new JsonObject()
                        .put("uri", uri.toString())
                        .put("pid", ProcessHandle.current().pid());
        NodeTls.ownAuthority(settings).ifPresent(pem -> endpoint.put("authority", pem.toString()));
        return endpoint.encode();
    }

    private VertxOptions options() {
        VertxOptions options = new VertxOptions();
        if (settings.threads().eventLoops() > 0) {
            options.setEventLoopPoolSize(settings.threads().eventLoops());
        }
        if (settings.threads().workers() > 0) {
            options.setWorkerPoolSize(settings.threads().workers());
        }
        return options.setPreferNativeTransport(true);
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage()
                .toCompletableFuture()
                .get(START_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Where it answers over HTTP; empty when none of its roles does. */
    public Optional<URI> uri() {
        return master.map(MasterRole::uri).or(() -> proxy.map(ProxyRole::uri));
    }

    /** Its name: that of its worker when it has one, else that of the node on the bus. */
    public String name() {
        return worker.map(WorkerRole::name).or(() -> bus.map(BusNode::id)).orElse("none");
    }

    /**
     * Waits for the end: 0 after {@link #close}, another code when the node cannot go on.
     *
     * @throws InterruptedException when the waiting thread is interrupted
     */
    public int awaitEnd() throws InterruptedException {
        try {
            return ended.get();
        } catch (ExecutionException never) {
            throw new IllegalStateException(never);
        }
    }

    /** Drains and ends; repeatable. Errors on the way are logged, and the rest is still closed. */
    @Override
    public void close() {
        if (!stopping.compareAndSet(false, true)) {
            return;
        }
        worker.ifPresent(it -> quietly("drain the worker", it.drain(), it.drainTimeout()));
        worker.ifPresent(it -> quietly("stop the worker", it.stop(), STOP_TIMEOUT));
        worker.ifPresent(WorkerRole::release);
        master.ifPresent(it -> quietly("stop the master", it.stop(), STOP_TIMEOUT));
        proxy.ifPresent(it -> quietly("stop the proxy", it.stop(), STOP_TIMEOUT));
        care.ifPresent(it -> quietly("end the self-test", it.stop(), STOP_TIMEOUT));
        closeBus();
        master.ifPresent(this::closeMaster);
        metrics.close();
        ended.complete(0);
    }

    private void closeMaster(MasterRole role) {
        role.release();
        try {
            Files.deleteIfExists(files.endpoint());
        } catch (IOException fault) {
            LOG.atWarn().setCause(fault).log("the endpoint file stays");
        }
    }

    private void closeBus() {
        if (bus.isPresent() && busStart.isPresent()) {
            try {
                busStart.get().stop(bus.get());
            } catch (IOException fault) {
                LOG.atWarn().setCause(fault).log("the bus did not close well");
            }
        }
    }

    private static void quietly(String what, Future<?> future, Duration timeout) {
        try {
            future.toCompletionStage()
                    .toCompletableFuture()
                    .get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException fault) {
            LOG.atWarn().setCause(fault).addKeyValue("what", what).log("stopping goes on");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
