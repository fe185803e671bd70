package dev.orrery.api;

import dev.orrery.api.backup.BackupRoutes;
import dev.orrery.api.batch.BatchRoutes;
import dev.orrery.api.cluster.MasterRoutes;
import dev.orrery.api.compat.OrionRoutes;
import dev.orrery.api.compat.SimpleRoutes;
import dev.orrery.api.compat.SimpleScheduleRoutes;
import dev.orrery.api.enrol.EnrolRoutes;
import dev.orrery.api.logs.AttemptLogs;
import dev.orrery.api.logs.LocalLogSource;
import dev.orrery.api.logs.LogGrowth;
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
import dev.orrery.bus.VertxBus;
import dev.orrery.config.Settings;
import dev.orrery.config.SettingsReader;
import dev.orrery.model.JobId;
import dev.orrery.model.Namespace;
import dev.orrery.protocol.Principal;
import dev.orrery.protocol.TopicMessage.TopicEvent;
import dev.orrery.store.CentralStore;
import dev.orrery.store.FileCentralStore;
import dev.orrery.store.FileLogFiles;
import dev.orrery.store.LogFiles;
import dev.orrery.store.Store;
import dev.orrery.store.backup.Backup;
import dev.orrery.store.sqlite.SqliteStore;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** The whole API of a master on a free port, over a real store and a scheduler of the test's. */
public final class ApiFixture implements AutoCloseable {
    /** The key of attempts' tokens. */
    public static final byte[] KEY =
            "a key of the tests".getBytes(java.nio.charset.StandardCharsets.UTF_8);

    private final Path data;
    private final PrometheusMeterRegistry metrics =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Vertx vertx = Vertx.vertx();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpClient client = HttpClient.newHttpClient();
    private final Store store;
    private final CentralStore blobs;
    private final FileLogFiles logs;
    private final FakeScheduler scheduler;
    private final Fanout fanout;
    private final ApiServer server;
    private final int port;

    /** Starts on a directory, with settings beside the defaults. */
    public ApiFixture(Path data, Map<String, String> flags) throws Exception {
        this.data = data;
        Map<String, String> all = new TreeMap<>(flags);
        all.put("server.data", data.toString());
        all.put("server.port", "0");
        Settings settings = SettingsReader.of(all);
        store = SqliteStore.open(data, settings.storage());
        blobs = new FileCentralStore(data, store.jobs(), InstantSource.system());
        logs = new FileLogFiles(data);
        token("admin", Principal.Role.ADMIN, Optional.empty());
        token("viewer", Principal.Role.VIEWER, Optional.empty());
        token("submitter", Principal.Role.SUBMITTER, Optional.empty());
        token("foreign", Principal.Role.ADMIN, Optional.of(new Namespace("elsewhere")));
        VertxBus bus = new VertxBus(vertx);
        Blocking blocking = new Blocking(vertx, threads);
        scheduler = new FakeScheduler(bus, store, blocking);
        AttemptLogs attemptLogs = new AttemptLogs(blobs, logs);
        Address own = Address.proxy("test");
        fanout =
                new Fanout(
                        vertx,
                        vertx.getOrCreateContext(),
                        new Fanout.Sources(
                                bus,
                                own,
                                new LocalLogSource(store.jobs(), attemptLogs, logs, blocking)),
                        settings.limits(),
                        "test");
        await(fanout.start());
        StoreAuthenticator authenticator =
                new StoreAuthenticator(store.tokens(), blocking, InstantSource.system());
        server =
                new ApiServer(
                        vertx,
                        settings,
                        authenticator,
                        routes(settings, authenticator, bus, blocking, attemptLogs));
        port = await(server.listen());
    }

    private List<RouteSet> routes(
            Settings settings,
            StoreAuthenticator authenticator,
            VertxBus bus,
            Blocking blocking,
            AttemptLogs attemptLogs) {
        Leader leader = new Leader(bus);
        LogGrowth growth = new LogGrowth();
        InstantSource clock = InstantSource.system();
        Intake intake = new Intake(settings, leader, blobs, blocking, clock);
        OutputRoutes outputs = new OutputRoutes(store.jobs(), blobs, blocking);
        ScheduleDesk schedules = new ScheduleDesk(store.schedules(), leader, blocking, clock);
        List<RouteSet> all = new ArrayList<>();
        if (settings.compat().orion()) {
            all.add(new OrionRoutes(settings.compat(), intake, store.jobs(), outputs, blocking));
        }
        if (settings.compat().simple()) {
            all.add(new SimpleRoutes(intake));
            all.add(new SimpleScheduleRoutes(intake, schedules));
        }
        all.addAll(
                List.of(
                        new OpenRoutes(Optional::empty, metrics),
                        new PageRoutes(),
                        new SubmitRoutes(intake, clock),
                        new ScheduleRoutes(intake, schedules),
                        new BatchRoutes(settings, intake, leader, blocking, clock),
                        new JobRoutes(store.jobs(), blobs, logs, leader, blocking),
                        new LogRoutes(store.jobs(), attemptLogs, growth, blocking),
                        outputs,
                        new ClusterRoutes(leader, "test"),
                        new MasterRoutes(
                                store.leaderRow(),
                                store.masters(),
                                settings.leadership().silence(),
                                blocking),
                        new BackupRoutes(
                                vertx, new Backup.Source(store, data, blobs, logs, "test")),
                        new EnrolRoutes(Optional.empty(), blocking),
                        new TokenRoutes(store.tokens(), authenticator, blocking, clock),
                        new InternalRoutes(
                                settings,
                                KEY,
                                new InternalRoutes.Places(store.jobs(), blobs, logs),
                                growth,
                                size -> scheduler().say(new TopicEvent.LogGrown(size)),
                                blocking),
                        new StreamRoutes(
                                fanout,
                                authenticator,
                                new JobSelector(store.jobs(), blocking),
                                settings.limits(),
                                metrics)));
        return all;
    }

    /** Waits for something of Vert.x. */
    public static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new IllegalStateException("it did not succeed in time", e);
        }
    }

    /** The token of one of the principals of the test: the name itself says which. */
    public static String token(String name) {
        return "orr_of-" + name;
    }

    /** The store under the API. */
    public Store store() {
        return store;
    }

    /** The scheduler. */
    public FakeScheduler scheduler() {
        return scheduler;
    }

    /** The blobs. */
    public CentralStore blobs() {
        return blobs;
    }

    /** Output that the workers shipped. */
    public LogFiles logs() {
        return logs;
    }

    /** The port. */
    public int port() {
        return port;
    }

    /** Where a path is served. */
    public URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    /** A request with the administrator's token. */
    public HttpRequest.Builder request(String path) {
        return request(path, "admin");
    }

    /** A request with somebody's token. */
    public HttpRequest.Builder request(String path, String who) {
        return HttpRequest.newBuilder(uri(path)).header("authorization", "Bearer " + token(who));
    }

    /** The answer. */
    public Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        Answer answer = new Answer(client.send(request.build(), BodyHandlers.ofByteArray()));
        Contract.check(answer);
        return answer;
    }

    /** The answer to a GET. */
    public Answer get(String path) throws IOException, InterruptedException {
        return send(request(path));
    }

    /** The answer to a POST of JSON. */
    public Answer post(String path, String json) throws IOException, InterruptedException {
        return send(
                request(path)
                        .header("content-type", "application/json")
                        .POST(BodyPublishers.ofString(json)));
    }

    /** The answer to a POST of a form. */
    public Answer post(String path, Form form) throws IOException, InterruptedException {
        return send(
                request(path)
                        .header("content-type", form.contentType())
                        .POST(BodyPublishers.ofByteArray(form.body())));
    }

    /** Submits a job that must be accepted. */
    public JobId submit(String json) throws IOException, InterruptedException {
        return JobId.parse(post("/api/v1/jobs", json).text("id"));
    }

    /**
     * How many jobs there are, and which files lie in the blob store: what a refusal must not add.
     */
    public String leftovers() throws Exception {
        long jobs =
                store.jobs().counts(Optional.empty()).values().stream()
                        .mapToLong(Long::longValue)
                        .sum();
        try (Stream<Path> files = Files.walk(data.resolve("blobs"))) {
            return jobs + " jobs, files " + files.filter(Files::isRegularFile).toList();
        }
    }

    /** Stops serving. */
    public void stopServer() {
        await(server.close());
    }

    @Override
    public void close() {
        client.close();
        await(server.close());
        await(fanout.stop());
        await(vertx.close());
        threads.shutdownNow();
        logs.close();
        blobs.close();
        store.close();
    }

    private void token(String name, Principal.Role role, Optional<Namespace> namespace)
            throws Exception {
        store.tokens()
                .add(
                        Authenticator.hash(token(name)),
                        new Principal(name, role, namespace),
                        Instant.now(),
                        Optional.empty());
    }
}
