package dev.orrery.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;

import dev.orrery.protocol.wire.NextBuild;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/** Nodes of two builds whose protocol differs, in one cluster and one after another. */
final class RollingUpgradeIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int TASKS = 200;

    @RegisterExtension final Stage stage = new Stage();

    private final Cluster cluster = new Cluster(stage);
    private final Path next = NextBuild.make(stage.path("next"), stage.jar().toString()).classes();

    /** Starts a node of this build, or of the next one. */
    private Program node(boolean isNext, String... role) {
        List<String> command = new ArrayList<>();
        command.add(Distribution.java().toString());
        command.addAll(
                List.of(
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--sun-misc-unsafe-memory-access=allow",
                        "--enable-native-access=ALL-UNNAMED",
                        "-Dlater.heartbeats=true",
                        "-cp",
                        (isNext ? next + ":" : "") + stage.jar(),
                        "dev.orrery.Main"));
        command.addAll(List.of(role));
        command.addAll(List.of("-cluster", "--data", stage.path("data").toString()));
        command.addAll(List.of("-conf", configuration().toString()));
        return stage.program(command.toArray(String[]::new)).ready();
    }

    private Path configuration() {
        return stage.write("conf.yaml", "scheduling:\n  heartbeat: 200ms\n");
    }

    private Program master(boolean isNext) {
        return node(isNext, "master", "--port", "0");
    }

    private Program worker(boolean isNext, String name) {
        return node(isNext, "worker", "--name", name, "--slots", "2");
    }

    @Test
    void worker_ofTheBuildBefore_worksForTheNextOne() {
        Program master = master(true);
        Program worker = worker(false, "one");

        assertTasksSucceed(stage.api(master, "data"));

        assertThat(master.err()).contains("no later field of HELLO").doesNotContain("\"ERROR\"");
        assertThat(worker.err()).doesNotContain("not answered").doesNotContain("\"ERROR\"");
    }

    @Test
    void worker_ofTheNextBuild_worksForTheOneBefore() {
        Program master = master(false);
        Program worker = worker(true, "one");

        assertTasksSucceed(stage.api(master, "data"));

        // and what the master does not know was refused, said so, and cost nothing
        await().atMost(PATIENCE)
                .until(() -> master.err().contains("no message that this version knows"));
        assertTasksSucceed(stage.api(master, "data"));
        assertThat(worker.err()).contains("no later field of WELCOME").contains("welcome");
        assertThat(worker.isAlive()).isTrue();
    }

    @Test
    void nodesOfTheNextBuild_useWhatIsNew() {
        Program master = master(true);
        Program worker = worker(true, "one");

        assertTasksSucceed(stage.api(master, "data"));

        await().atMost(PATIENCE).until(() -> master.err().contains("later field of LATER"));
        assertThat(master.err()).contains("later field of HELLO").contains("field of REPORTS");
        assertThat(worker.err()).contains("later field of ASSIGN").contains("field of WELCOME");
        assertThat(master.err() + worker.err()).doesNotContain("no later field of");
    }

    private void assertTasksSucceed(Api api) {
        cluster.awaitNode(api, "one", "READY");
        List<String> jobs = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            jobs.add(api.submitShell("echo " + i + "; echo $ORRERY_ATTEMPT >&2"));
        }
        for (int i = 0; i < 10; i++) {
            JsonNode ended = api.awaitEnd(jobs.get(i));
            assertThat(ended.path("state").asText()).as(ended.toString()).isEqualTo("SUCCEEDED");
            assertThat(ended.path("attempt").asInt()).isEqualTo(1);
            assertThat(api.stdout(jobs.get(i))).isEqualTo(i + "\n");
        }
    }

    @Test
    void eventsOfTheNextBuild_areReadByTheOneBefore() {
        // given jobs of the next build, some of which wait for a worker
        Program later = master(true);
        Program worker = worker(true, "one");
        Api api = stage.api(later, "data");
        String done = api.submitShell("echo done");
        api.awaitEnd(done);
        worker.kill();
        String waiting = api.submitShell("echo late");
        JsonNode before = api.job(done);

        // when its master dies, and one of this build takes its place
        later.kill();
        Api after = stage.api(master(false), "data");

        // then
        assertThat(after.job(done)).isEqualTo(before);
        worker(false, "two");
        assertThat(after.awaitEnd(waiting).path("state").asText()).isEqualTo("SUCCEEDED");
    }

    @Test
    void storeOfALaterSchema_isRefusedWithWhatToDo() throws SQLException {
        master(false).terminate();
        String store = "jdbc:sqlite:" + stage.path("data").resolve("store.db");
        try (Connection connection = DriverManager.getConnection(store)) {
            connection.createStatement().execute("INSERT INTO schema_version VALUES (900)");
        }

        Program refused = stage.java("master", "--data", stage.path("data").toString());

        assertThat(refused.exit()).isEqualTo(74);
        assertThat(refused.err())
                .contains("newer Orrery")
                .contains("schema is version 900")
                .contains("start that version, or restore a backup");
    }

    @Test
    void everyNode_goesToTheNextBuildAndBackUnderLoad() throws Exception {
        // given a cluster of this build, and clients that never cease
        Map<String, Program> nodes = new HashMap<>();
        nodes.put("master", master(false));
        nodes.put("one", worker(false, "one"));
        nodes.put("two", worker(false, "two"));
        Api api = stage.api(Objects.requireNonNull(nodes.get("master")), "data");
        cluster.awaitNode(api, "one", "READY");
        cluster.awaitNode(api, "two", "READY");
        Path trace = stage.path("trace");
        Executor client = work -> Thread.ofVirtual().start(work);
        Submitter submitter =
                new Submitter(
                        trace,
                        () -> stage.api(Objects.requireNonNull(nodes.get("master")), "data"));
        CompletableFuture<Void> submitted = CompletableFuture.runAsync(submitter, client);

        // when each node in turn is stopped and started as the next build, and back
        for (boolean isNext : List.of(true, false)) {
            for (String name : List.of("one", "two", "master")) {
                Program old = Objects.requireNonNull(nodes.get(name));
                assertThat(old.terminate()).as(old.err()).isZero();
                boolean leads = name.equals("master");
                nodes.put(name, leads ? master(isNext) : worker(isNext, name));
                Api now = stage.api(Objects.requireNonNull(nodes.get("master")), "data");
                cluster.awaitNode(now, "one", "READY");
                cluster.awaitNode(now, "two", "READY");
            }
        }
        submitter.finish();
        submitted.get(PATIENCE.toSeconds(), java.util.concurrent.TimeUnit.SECONDS);

        // then nothing is lost, and nothing done twice
        Api after = stage.api(Objects.requireNonNull(nodes.get("master")), "data");
        assertThat(submitter.jobs()).hasSizeGreaterThanOrEqualTo(TASKS);
        for (String job : submitter.jobs().values()) {
            JsonNode ended = after.awaitEnd(job);
            assertThat(ended.path("state").asText()).as(ended.toString()).isEqualTo("SUCCEEDED");
        }
        assertThat(lines(trace)).doesNotHaveDuplicates().hasSameSizeAs(submitter.jobs().values());
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A client that submits until it is told to finish, and repeats what was not answered. */
    private static final class Submitter implements Runnable {
        private final Path trace;
        private final java.util.function.Supplier<Api> api;
        private final Map<Integer, String> jobs = new ConcurrentHashMap<>();
        private volatile boolean finishing;

        Submitter(Path trace, java.util.function.Supplier<Api> api) {
            this.trace = trace;
            this.api = api;
        }

        Map<Integer, String> jobs() {
            return jobs;
        }

        void finish() {
            finishing = true;
        }

        @Override
        public void run() {
            for (int i = 0; !finishing || i < TASKS; i++) {
                int number = i;
                jobs.put(
                        number,
                        await("submission " + number)
                                .atMost(PATIENCE)
                                .ignoreExceptions()
                                .until(() -> submit(number), id -> !id.isEmpty()));
            }
        }

        private String submit(int number) throws IOException {
            Api now = api.get();
            String line = "sleep 0.1; echo " + number + " >> " + trace;
            String job = Api.MAPPER.createObjectNode().put("command", line).toString();
            Api.Answer answer =
                    now.send(
                            now.request("/api/v1/jobs")
                                    .header("Content-Type", "application/json")
                                    .header("Idempotency-Key", "task-" + number)
                                    .POST(BodyPublishers.ofString(job))
                                    .build());
            return answer.status() == 201 ? answer.json().path("id").asText() : "";
        }
    }
}
