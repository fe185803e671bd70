package dev.orrery.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;

import dev.orrery.endtoend.Orion.Upload;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/**
 * The rows of ORION that need nodes to die, to be started twice, to be made of other parts, or the
 * administrator.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class OrionLossIT {
    private static final List<String> NODES = List.of("master", "worker-1", "worker-2");
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private static final Map<String, String> SEAMS =
            new TreeMap<>(
                    Map.of(
                            "dev.orrery.scheduling.policy.Prioritizer", "Newest",
                            "dev.orrery.scheduling.policy.QueuePolicy", "Plain",
                            "dev.orrery.scheduling.policy.Placement", "First",
                            "dev.orrery.scheduling.policy.WorkerPool", "Everybody",
                            "dev.orrery.scheduling.policy.CapacityValidator", "Careful",
                            "dev.orrery.store.CentralStore$Provider", "Store",
                            "dev.orrery.execution.Executor$Provider", "Runner"));
    private static final String OTHER_PARTS =
            """
            scheduling:
              components:
                prioritizer: somebody.Parts$Newest
                queue-policy: somebody.Parts$Plain
                placement: somebody.Parts$First
                worker-pool: somebody.Parts$Everybody
                capacity-validator: somebody.Parts$Careful
            storage:
              centralStore: somebody.Parts$Store
            worker:
              executor: somebody.Parts$Runner
            compat:
              enable: [orion]
            """;

    @RegisterExtension final Stage stage = new Stage();

    private final OrionEnvironment environment =
            new OrionEnvironment(
                    stage,
                    "frail",
                    """
                    server:
                      origins: ["http://localhost:3000"]
                    scheduling:
                      heartbeat: 200ms
                      fence: 1500ms
                      fenceKill: 2000ms
                      lease: 3s
                    worker:
                      killGrace: 500ms
                    """);

    /** Everything runs; whatever a test before this one killed is started again. */
    private Orion running() {
        environment.start();
        return new Orion(environment.url());
    }

    @Test
    void o10_everyComponent_isReplaceable() throws IOException {
        // given parts of somebody else, who has our jar only
        Path marks = Files.createDirectories(stage.path("marks"));
        Path parts = compiledParts();
        Path go = stage.path("go-parts");
        Path trace = stage.path("trace-parts");
        Program server =
                stage.program(
                        Distribution.java().toString(),
                        "-Xmx256m",
                        "-Dmarks=" + marks,
                        "--sun-misc-unsafe-memory-access=allow",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        stage.jar() + ":" + parts,
                        "dev.orrery.Main",
                        "dev",
                        "--data",
                        stage.path("parts-data").toString(),
                        "--port",
                        "0",
                        "--slots",
                        "1",
                        "--conf",
                        stage.write("parts.yaml", OTHER_PARTS).toString());
        Orion orion = new Orion(server.ready().uri().toString());

        // when
        String holder = orion.task("until [ -e " + go + " ]; do sleep 0.05; done", "", "");
        orion.awaitWorker(holder);
        List<String> tasks =
                Stream.of("older", "newer")
                        .map(word -> orion.task("echo " + word + " >> " + trace, "", ""))
                        .toList();
        var refused = orion.submit("refused.sh", "", "", List.of(new Upload("refused.sh", "true")));
        stage.write("go-parts", "");
        tasks.forEach(task -> orion.awaitStatus(task, "successful"));

        // then
        assertThat(trace).hasContent("newer\nolder\n");
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(marks.toFile().list())
                .containsExactlyInAnyOrder(
                        "prioritizer",
                        "queue-policy",
                        "placement",
                        "worker-pool",
                        "capacity-validator",
                        "central-store",
                        "executor");
        assertThat(server.terminate()).isZero();
    }

    private Path compiledParts() throws IOException {
        Path classes = Files.createDirectories(stage.path("parts"));
        Path services = Files.createDirectories(classes.resolve("META-INF/services"));
        for (Map.Entry<String, String> seam : SEAMS.entrySet()) {
            Files.writeString(services.resolve(seam.getKey()), "somebody.Parts$" + seam.getValue());
        }
        PrintWriter said = new PrintWriter(new StringWriter());
        int result =
                ToolProvider.findFirst("javac")
                        .orElseThrow()
                        .run(
                                said,
                                said,
                                "-d",
                                classes.toString(),
                                "-cp",
                                stage.jar().toString(),
                                "src/test/resources/endtoend/somebody/Parts.java");
        assertThat(result).isZero();
        return classes;
    }

    @Test
    void o14_deadWorker_losesItsTaskToTheOther() {
        // given a task that runs, with children, on one of the workers
        Orion orion = running();
        AttemptTrace trace = new AttemptTrace(stage.path("trace-o14"));
        String task = orion.task(trace.line(2), "", "");
        await().atMost(PATIENCE).until(() -> !trace.starts().isEmpty());
        String worker = orion.awaitWorker(task);

        // when
        environment.kill(worker);

        // then it runs once more, elsewhere, and met nothing of the first attempt
        String status = orion.awaitStatus(task, "successful").path("workerId").asText();
        assertThat(status).startsWith("worker-").isNotEqualTo(worker);
        assertThat(trace.starts()).extracting(AttemptTrace.Start::attempt).containsExactly(1, 2);
        assertThat(trace.starts().getLast().othersAlive()).isZero();
        assertThat(trace.stops()).containsExactly("stop 2");
        assertThat(Processes.withArgument(trace.mark())).isEmpty();
    }

    @Test
    void o15_restartedMaster_hasEveryQueuedTask() {
        // given both workers held, and three tasks in the queue
        Orion orion = running();
        Path go = stage.path("go-o15");
        List<String> tasks = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            tasks.add(orion.task("until [ -e " + go + " ]; do sleep 0.05; done", "", ""));
            orion.awaitWorker(tasks.getLast());
        }
        for (int i = 0; i < 3; i++) {
            tasks.add(orion.task("echo done > out", "out", ""));
        }

        // when
        environment.kill("master");
        stage.write("go-o15", "");
        Orion again = running();

        // then
        tasks.forEach(task -> again.awaitStatus(task, "successful"));
        assertThat(Orion.text(again.file(tasks.getLast(), "out"))).isEqualTo("done\n");
    }

    @Test
    void o17_environment_startsAndStopsAndTwiceIsSafe() {
        environment.start();
        List<Long> pids = NODES.stream().map(environment::pid).toList();

        String twice = environment.start();
        List<Long> pidsAfter = NODES.stream().map(environment::pid).toList();

        assertThat(twice).contains("master runs already", "READY http://127.0.0.1:");
        assertThat(pidsAfter).isEqualTo(pids);
        assertThat(NODES)
                .allSatisfy(node -> {
                    assertThat(environment.processes(node)).contains(environment.pid(node));
                    assertThat(environment.path(node)).isDirectory();
                    assertThat(environment.path("logs/" + node + ".log")).isNotEmptyFile();
                });
        environment.stop();
        assertThat(NODES).allSatisfy(node -> assertThat(environment.processes(node)).isEmpty());
        assertThat(environment.path("active-processes")).isEmptyDirectory();
        assertThat(environment.path("master/store.db")).isRegularFile();
        environment.stop();
    }

    @Test
    void o19_tasks_areListedCancelledRetriedAndDeleted() throws IOException {
        Orion orion = running();
        Api api = new Api(URI.create(environment.url()), environment.token());
        String cancelled = orion.task("sleep 600", "", "");
        orion.awaitWorker(cancelled);
        String failed = orion.task("exit 4", "", "");

        assertThat(api.post("/jobs/" + cancelled + "/cancel", "").status()).isEqualTo(202);
        orion.awaitStatus(cancelled, "failed");
        orion.awaitStatus(failed, "failed");
        assertThat(api.post("/jobs/" + failed + "/retry", "").status()).isEqualTo(202);
        JsonNode ended = api.awaitState(failed, "FAILED");

        assertThat(ended.path("spec").path("retries").asInt()).isZero();
        assertThat(ended.path("spec").path("restarts").asInt()).isEqualTo(3);
        await().until(
                        () -> api.job(failed).path("attempts"),
                        attempts ->
                                attempts.findValuesAsText("exitCode").equals(List.of("4", "4")));
        assertThat(api.get("/jobs?namespace=compat&label=interface%3Dorion").json().path("items"))
                .extracting(job -> job.path("id").asText())
                .contains(cancelled, failed);
        assertThat(api.send(delete(api, failed)).status()).isEqualTo(204);
        assertThat(orion.get("/tasks/" + failed + "/monitor").statusCode()).isEqualTo(404);
    }

    private static HttpRequest delete(Api api, String job) {
        return api.request("/api/v1/jobs/" + job).DELETE().build();
    }

    @Test
    void o18_onlyConfiguredOrigins_mayReadTheAnswers() {
        Orion orion = running();
        HttpResponse<byte[]> allowed = orion.get("/get-state", "Origin", "http://localhost:3000");
        HttpResponse<byte[]> foreign = orion.get("/get-state", "Origin", "http://evil.example");
        HttpResponse<byte[]> preflight =
                orion.send(
                        orion.request("/submit")
                                .header("Origin", "http://localhost:3000")
                                .header("Access-Control-Request-Method", "POST")
                                .method("OPTIONS", BodyPublishers.noBody()));

        assertThat(allowed.statusCode()).isEqualTo(200);
        assertThat(allowed.headers().firstValue("access-control-allow-origin"))
                .contains("http://localhost:3000");
        assertThat(foreign.statusCode()).isEqualTo(403);
        assertThat(foreign.headers().firstValue("access-control-allow-origin")).isEmpty();
        assertThat(preflight.statusCode()).isEqualTo(204);
        assertThat(preflight.headers().firstValue("access-control-allow-origin"))
                .contains("http://localhost:3000");
    }
}
