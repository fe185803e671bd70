package dev.orrery.api.replica;

import dev.orrery.api.ApiFixture;
import dev.orrery.api.ApiServer;
import dev.orrery.api.Authenticator;
import dev.orrery.api.Blocking;
import dev.orrery.api.FakeScheduler;
import dev.orrery.api.RouteSet;
import dev.orrery.api.StoreAuthenticator;
import dev.orrery.api.logs.AttemptLogs;
import dev.orrery.api.logs.LogGrowth;
import dev.orrery.api.rest.Intake;
import dev.orrery.api.rest.InternalRoutes;
import dev.orrery.api.rest.Leader;
import dev.orrery.api.rest.LogRoutes;
import dev.orrery.api.rest.OutputRoutes;
import dev.orrery.api.rest.SubmitRoutes;
import dev.orrery.bus.VertxBus;
import dev.orrery.config.Settings;
import dev.orrery.config.SettingsReader;
import dev.orrery.model.BlobId;
import dev.orrery.model.Bytes;
import dev.orrery.model.JobId;
import dev.orrery.model.Namespace;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.AttemptToken;
import dev.orrery.protocol.Principal;
import dev.orrery.store.CentralStore;
import dev.orrery.store.FileCentralStore;
import dev.orrery.store.FileLogFiles;
import dev.orrery.store.LogFiles;
import dev.orrery.store.Masters;
import dev.orrery.store.MemoryCopies;
import dev.orrery.store.Store;
import dev.orrery.store.replica.CopyRound;
import dev.orrery.store.replica.Replicas;
import dev.orrery.store.sqlite.SqliteStore;

import io.vertx.core.Vertx;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** Masters that share a store and a scheduler, each with a server and files of its own. */
public final class SeveralMasters implements AutoCloseable {

    /** The masters' secret. */
    static final byte[] KEY = "the masters' own key".getBytes(StandardCharsets.UTF_8);

    private static final String ADMIN = "orr_of-admin";

    private final Path root;
    private final int min;
    private final Vertx vertx = Vertx.vertx();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpClient client = HttpClient.newHttpClient();
    private final Store store;
    private final Blocking blocking;
    private final VertxBus bus;
    private final FakeScheduler scheduler;
    private final MemoryCopies copies = new MemoryCopies();
    private final List<One> living = new CopyOnWriteArrayList<>();
    private final List<One> all = new ArrayList<>();

    /** So many masters, of which {@code min} must have what is kept. */
    public SeveralMasters(Path root, int count, int min) throws Exception {
        this.root = root;
        this.min = min;
        store = SqliteStore.open(root.resolve("store"), settings("store").storage());
        store.tokens()
                .add(
                        Authenticator.hash(ADMIN),
                        new Principal("admin", Principal.Role.ADMIN, Optional.empty()),
                        Instant.now(),
                        Optional.empty());
        blocking = new Blocking(vertx, threads);
        bus = new VertxBus(vertx);
        scheduler = new FakeScheduler(bus, store, blocking);
        for (int i = 0; i < count; i++) {
            start("master-" + i);
        }
    }

    private Settings settings(String name) {
        return SettingsReader.of(
                Map.of("server.data", root.resolve(name).toString(), "server.port", "0"));
    }

    /** Starts one more master, or one again on the directory it had. */
    public One start(String id) throws Exception {
        One made = new One(id);
        all.add(made);
        living.add(made);
        return made;
    }

    /** A master by its number. */
    public One get(int number) {
        return all.get(number);
    }

    /** The scheduler that all talk to. */
    public FakeScheduler scheduler() {
        return scheduler;
    }

    /** The store that all share. */
    Store store() {
        return store;
    }

    MemoryCopies copies() {
        return copies;
    }

    /** Where those that live serve bytes. */
    public List<String> dataUris() {
        return living.stream().map(One::uri).toList();
    }

    /** The token of the running attempt of a job. */
    public String attemptToken(JobId job) {
        return AttemptToken.mint(
                new AttemptToken.Claims(
                        Namespace.DEFAULT, scheduler.attempt(job), new WorkerId("w1"), 1),
                ApiFixture.KEY);
    }

    @Override
    public void close() throws IOException {
        client.close();
        for (One one : all) {
            one.stop();
        }
        ApiFixture.await(vertx.close());
        threads.shutdownNow();
        store.close();
    }

    /** One master. */
    public final class One {
        private final String id;
        private final CentralStore local;
        private final CentralStore blobs;
        private final LogFiles localLogs;
        private final LogFiles logs;
        private final Replicas replicas;
        private final ApiServer server;
        private final String uri;
        private final AtomicInteger given = new AtomicInteger();
        private boolean stopped;

        private One(String id) throws Exception {
            this.id = id;
            Settings settings = settings(id);
            replicas =
                    new Replicas(
                            new Living(),
                            copies,
                            new Replicas.Part(
                                    id,
                                    Duration.ofSeconds(6),
                                    min,
                                    Optional.empty(),
                                    Bytes.copyOf(KEY)));
            local =
                    new FileCentralStore(
                            directory(), replicas.references(store.jobs()), InstantSource.system());
            localLogs = new FileLogFiles(directory());
            blobs = replicas.blobs(local, 0);
            logs = replicas.logs(localLogs);
            StoreAuthenticator authenticator =
                    new StoreAuthenticator(store.tokens(), blocking, InstantSource.system());
            server = new ApiServer(vertx, settings, authenticator, routes(settings));
            uri = "http://127.0.0.1:" + ApiFixture.await(server.listen());
        }

        private List<RouteSet> routes(Settings settings) {
            InstantSource clock = InstantSource.system();
            LogGrowth growth = new LogGrowth();
            AttemptLogs attemptLogs = new AttemptLogs(blobs, logs);
            Intake intake = new Intake(settings, new Leader(bus), blobs, blocking, clock);
            return List.of(
                    new SubmitRoutes(intake, clock),
                    new OutputRoutes(store.jobs(), blobs, blocking),
                    new LogRoutes(store.jobs(), attemptLogs, growth, blocking),
                    new InternalRoutes(
                            settings,
                            ApiFixture.KEY,
                            new InternalRoutes.Places(store.jobs(), blobs, logs),
                            growth,
                            _ -> {},
                            blocking),
                    new ReplicaRoutes(
                            settings,
                            new ReplicaRoutes.Own(
                                    id, Bytes.copyOf(KEY), new Counted(local, given), localLogs),
                            growth,
                            blocking,
                            clock));
        }

        /** Its id. */
        public String id() {
            return id;
        }

        /** Where it serves bytes. */
        public String uri() {
            return uri;
        }

        /** The blobs of all masters, as it has them. */
        public CentralStore blobs() {
            return blobs;
        }

        /** The blobs of all masters, of which copies leave so many bytes free. */
        CentralStore blobsThatLeave(long freeBytesMin) {
            return replicas.blobs(local, freeBytesMin);
        }

        /** The blobs that it has itself. */
        public CentralStore local() {
            return local;
        }

        /** The logs of all masters, as it has them. */
        public LogFiles logs() {
            return logs;
        }

        /** The logs that it has itself. */
        public LogFiles localLogs() {
            return localLogs;
        }

        /** How often another master asked it for a blob. */
        int blobsGiven() {
            return given.get();
        }

        /** Makes up for lost copies, in as many rounds as it takes to believe that they are. */
        public void makeUp() {
            CopyRound round = replicas.round(local, localLogs);
            for (int i = 0; i < 4; i++) {
                round.run();
            }
        }

        Path directory() {
            return root.resolve(id);
        }

        /** Stops it, so that the others do not count on it. */
        public void stop() throws IOException {
            if (!stopped) {
                stopped = true;
                living.remove(this);
                ApiFixture.await(server.close());
                replicas.close();
                logs.close();
                blobs.close();
            }
        }

        /** Stops it, and its disk is gone. */
        public void lose() throws IOException {
            stop();
            try (Stream<Path> files = Files.walk(directory())) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }

        /** A request to it with the administrator's token. */
        public HttpRequest.Builder request(String path) {
            return request(path, ADMIN);
        }

        /** A request to it with some token. */
        public HttpRequest.Builder request(String path, String token) {
            return HttpRequest.newBuilder(java.net.URI.create(uri + path))
                    .header("authorization", "Bearer " + token);
        }

        /** Its answer. */
        public HttpResponse<byte[]> get(String path) throws Exception {
            return send(request(path));
        }
    }

    /** The answer to a request. */
    public HttpResponse<byte[]> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), BodyHandlers.ofByteArray());
    }

    /** Blobs, and how often one was looked for. */
    private record Counted(CentralStore store, AtomicInteger finds) implements CentralStore {
        @Override
        public Staged stage() throws IOException {
            return store.stage();
        }

        @Override
        public Optional<Path> find(BlobId blob) throws IOException {
            finds.incrementAndGet();
            return store.find(blob);
        }

        @Override
        public void discard(BlobId blob) throws IOException {
            store.discard(blob);
        }

        @Override
        public void sweep(int shelf) throws IOException {
            store.sweep(shelf);
        }

        @Override
        public long freeBytes() throws IOException {
            return store.freeBytes();
        }

        @Override
        public void close() {
            store.close();
        }
    }

    /** What the store knows of who lives. */
    private final class Living implements Masters {
        @Override
        public void report(Master self) {}

        @Override
        public List<Master> alive(Duration within) {
            return living.stream().map(it -> new Master(it.id(), it.id(), it.uri(), 0)).toList();
        }

        @Override
        public List<String> forget(Duration silentFor) {
            return List.of();
        }
    }
}
