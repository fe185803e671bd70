package dev.orrery.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;

import dev.orrery.endtoend.Orion.Upload;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * ORION's interface, row by row, in an environment of {@code bin/env-start}. The rows that need
 * nodes to die are in {@link OrionLossIT}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class OrionIT {
    private static final String CONFIGURATION =
            """
            storage:
              retention: 15s
            """;
    private static final Duration RETENTION_PATIENCE = Duration.ofSeconds(100);

    @RegisterExtension final Stage stage = new Stage();

    private final OrionEnvironment environment =
            new OrionEnvironment(stage, "orion", CONFIGURATION);
    private Orion orion;
    private final List<Path> held = new ArrayList<>();
    private String first;
    private int files;

    @BeforeAll
    void start() {
        environment.start();
        orion = new Orion(environment.url());
        first = orion.task("true", "", "");
        orion.awaitStatus(first, "successful");
    }

    private Path fresh(String name) {
        Path file = stage.path(name + "-" + ++files);
        held.add(file);
        return file;
    }

    /** Lets go of whatever a failed test still holds. */
    @AfterEach
    void letGo() {
        held.forEach(this::touch);
        held.clear();
    }

    private static String until(Path file) {
        return "until [ -e " + file + " ]; do sleep 0.05; done\n";
    }

    /** A task that holds a worker until the file is there. */
    private String occupy(Path go) {
        String task = orion.task(until(go), "", "");
        orion.awaitWorker(task);
        return task;
    }

    private void touch(Path file) {
        stage.write(file.getFileName().toString(), "");
    }

    @Test
    void o01_taskLimits_nameMemoryAndStorage() {
        HttpResponse<byte[]> answer = orion.get("/task-limits");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(Orion.text(answer))
                .isEqualTo(
                        "{\"limits\":[{\"key\":\"MEMORY\",\"value\":\"2\"},"
                                + "{\"key\":\"STORAGE\",\"value\":\"3\"}]}");
    }

    @Test
    void o02_submission_isAcceptedWithAnId() {
        HttpResponse<byte[]> answer =
                orion.submit(
                        "run.sh",
                        "sum.txt,copy.txt",
                        "MEMORY=1,STORAGE=1",
                        List.of(
                                new Upload("run.sh", "cat a b > sum.txt; cp a copy.txt"),
                                new Upload("a", "1"),
                                new Upload("b", "2")));

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(Orion.text(answer))
                .matches("\\{\"taskId\":\"[0-9a-f-]{36}\",\"status\":\"inprogress\"}");
        String task = Orion.json(answer).path("taskId").asText();
        orion.awaitStatus(task, "successful");
        assertThat(Orion.text(orion.file(task, "sum.txt"))).isEqualTo("12");
        assertThat(Orion.text(orion.file(task, "copy.txt"))).isEqualTo("1");
    }

    @Test
    void o03_requirements_areReadAsUsersWriteThem() {
        List<String> written =
                List.of(
                        "MEMORY=2,STORAGE=2,DEADLINE=" + Orion.inDays(1),
                        "MEMORY=2,STORAGE=3",
                        "ram=2,storage=1",
                        "memory=0.5",
                        "DEADLINE=" + Orion.inDays(30),
                        "");

        List<String> tasks =
                written.stream().map(requirements -> orion.task("true", "", requirements)).toList();

        assertThat(tasks).allSatisfy(task -> orion.awaitStatus(task, "successful"));
    }

    @Test
    void o04_whatCannotRun_isRefusedWithAProblem() {
        List<Upload> script = List.of(new Upload("job.sh", "true"));
        List<HttpResponse<byte[]>> answers = new ArrayList<>();
        for (String requirements :
                List.of(
                        "MEMORY=3",
                        "MEMORY=1,STORAGE=3.5",
                        "DEADLINE=" + Orion.inDays(-1),
                        "MEMORY=much",
                        "MEMORY=-1",
                        "MEMORY",
                        "MEMORY=1,ram=1",
                        "CPUS=1",
                        "DEADLINE=tomorrow",
                        ",")) {
            answers.add(orion.submit("job.sh", "", requirements, script));
        }
        answers.add(orion.submit("", "", "", script));
        answers.add(orion.submit("other.sh", "", "", script));
        answers.add(orion.submit("job.sh", "", "", List.of()));
        answers.add(orion.submit("job.sh", "../../etc/passwd", "", script));
        answers.add(orion.submit("job.sh", "", "", List.of(new Upload("../job.sh", "true"))));
        answers.add(orion.submit(BodyPublishers.ofString("no form at all")));

        assertThat(answers)
                .allSatisfy(answer -> {
                    assertThat(answer.statusCode()).as(Orion.text(answer)).isEqualTo(400);
                    assertThat(answer.headers().firstValue("content-type"))
                            .contains("application/problem+json");
                    assertThat(Orion.json(answer).path("status").asInt()).isEqualTo(400);
                    assertThat(Orion.json(answer).path("detail").asText()).isNotEmpty();
                });
    }

    @Test
    void o05_monitor_namesTheWorkerThatRunsTheTask() {
        Path go = fresh("go");
        String task = orion.task("echo $ORRERY_WORKER > me\n" + until(go), "me", "");

        String worker = orion.awaitWorker(task);

        assertThat(orion.monitor(task))
                .isEqualTo(
                        Api.MAPPER
                                .createObjectNode()
                                .put("taskId", task)
                                .put("status", "inprogress")
                                .put("workerId", worker));
        touch(go);
        orion.awaitStatus(task, "successful");
        assertThat(Orion.text(orion.file(task, "me"))).isEqualTo(worker + "\n");
        HttpResponse<byte[]> unknown =
                orion.get("/tasks/00000000-0000-4000-8000-000000000000/monitor");
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(Orion.json(unknown).path("status").asInt()).isEqualTo(404);
        assertThat(orion.get("/tasks/no-uuid/monitor").statusCode()).isEqualTo(400);
    }

    @Test
    void o06_exitCode_decidesTheStatus() {
        Path go = fresh("go");
        String running = orion.task(until(go), "", "");
        String failed = orion.task("exit 3", "", "");

        assertThat(orion.awaitStatus(failed, "failed").path("workerId").asText())
                .startsWith("worker-");
        assertThat(orion.monitor(running).path("status").asText()).isEqualTo("inprogress");
        touch(go);
        orion.awaitStatus(running, "successful");
    }

    @Test
    void o07_files_comeByAnyName() {
        Path go = fresh("go");
        List<String> names =
                List.of("a.tar.gz", "Makefile", "größe €.txt", "[a]*?{b}.txt", "-rf", "läuft");
        StringBuilder script = new StringBuilder("exec >log.txt\necho said\n");
        names.forEach(name -> script.append("printf %s '" + name + "' > './" + name + "'\n"));
        String task =
                orion.task(script + until(go), String.join(",", names) + ",never,log.txt", "");

        HttpResponse<byte[]> early = orion.file(task, "Makefile");
        touch(go);
        orion.awaitStatus(task, "successful");

        assertThat(early.statusCode()).isEqualTo(400);
        assertThat(names)
                .allSatisfy(name -> {
                    HttpResponse<byte[]> answer = orion.file(task, name);
                    assertThat(answer.statusCode()).as(Orion.text(answer)).isEqualTo(200);
                    assertThat(answer.headers().firstValue("content-type"))
                            .contains("application/octet-stream");
                    assertThat(Orion.text(answer)).isEqualTo(name);
                });
        assertThat(Orion.text(orion.file(task, "log.txt"))).isEqualTo("said\n");
        assertThat(orion.file(task, "never").statusCode()).isEqualTo(404);
        assertThat(orion.file(task, "job.sh").statusCode()).isEqualTo(404);
        assertThat(orion.file(task, "../../etc/passwd").statusCode()).isEqualTo(404);
        assertThat(orion.get("/tasks/" + task + "/files").statusCode()).isEqualTo(400);
        String failed = orion.task("echo x > x; exit 1", "x", "");
        orion.awaitStatus(failed, "failed");
        assertThat(orion.file(failed, "x").statusCode()).isEqualTo(400);
    }

    @Test
    void o08_state_fillsEveryColumn() {
        Path go = fresh("go");
        String ended = orion.task("true", "", "");
        orion.awaitStatus(ended, "successful");
        List<String> running = List.of(occupy(go), occupy(go));
        String queued = orion.task("true", "", "");

        JsonNode state = orion.state();

        assertThat(Orion.ids(state, "restEndpoint")).contains(ended, queued).containsAll(running);
        assertThat(Orion.ids(state, "priorityQueue")).containsExactly(queued);
        assertThat(Orion.ids(state, "workerPool")).containsExactlyElementsOf(running);
        assertThat(Orion.ids(state, "centralStore")).contains(ended).doesNotContain(queued);
        assertThat(state.properties()).hasSize(4);
        touch(go);
        orion.awaitStatus(queued, "successful");
    }

    @Test
    void o09_earliestDeadlineRunsFirst() {
        // given one worker held throughout, and the other until all are queued
        Path go = fresh("go");
        Path end = fresh("end");
        Path trace = stage.path("trace-o09");
        String holder = occupy(end);
        occupy(go);

        // when
        List<String> tasks =
                Stream.of(10, 8, 5, 2)
                        .map(days ->
                                orion.task(
                                        "echo " + days + " >> " + trace,
                                        "",
                                        "MEMORY=1,STORAGE=1,DEADLINE=" + Orion.inDays(days)))
                        .toList();
        touch(go);
        tasks.forEach(task -> orion.awaitStatus(task, "successful"));

        // then
        assertThat(trace).hasContent("2\n5\n8\n10\n");
        touch(end);
        orion.awaitStatus(holder, "successful");
    }

    @Test
    void o11_finishedWork_isCollectedAndTheNextDispatchedAtOnce() {
        // twenty tasks, which took the original two hundred seconds
        List<String> tasks =
                IntStream.range(0, 20)
                        .mapToObj(i -> orion.task("cat job.sh > out; echo " + i, "out", ""))
                        .toList();

        await().atMost(Duration.ofSeconds(40))
                .until(() -> Orion.ids(orion.state(), "centralStore").containsAll(tasks));

        assertThat(Orion.text(orion.file(tasks.getLast(), "out")))
                .isEqualTo("cat job.sh > out; echo 19");
    }

    @Test
    void o12_tasks_runInFoldersOfTheirOwnOnWorkersThatAreAlike() {
        Path go = fresh("go");
        String script = "pwd > where; ls > what\n" + until(go);
        List<String> tasks =
                List.of(orion.task(script, "where,what", ""), orion.task(script, "where,what", ""));
        List<String> workers = tasks.stream().map(orion::awaitWorker).toList();
        touch(go);
        tasks.forEach(task -> orion.awaitStatus(task, "successful"));

        List<String> folders =
                tasks.stream().map(task -> Orion.text(orion.file(task, "where"))).toList();
        assertThat(workers).containsExactlyInAnyOrder("worker-1", "worker-2");
        assertThat(folders).doesNotHaveDuplicates();
        for (int i = 0; i < 2; i++) {
            assertThat(folders.get(i)).startsWith(environment.path(workers.get(i)) + "/");
            assertThat(Orion.text(orion.file(tasks.get(i), "what")).split("\n"))
                    .containsExactly("job.sh", "what", "where");
        }
        JsonNode nodes = ours().get("/nodes").json().path("items");
        assertThat(nodes.path(0).path("capacity")).isNotEmpty();
        assertThat(nodes.path(0).path("capacity")).isEqualTo(nodes.path(1).path("capacity"));
        assertThat(nodes.path(0).path("slots")).isEqualTo(nodes.path(1).path("slots"));
    }

    @Test
    void o13_largeFiles_streamThrough() {
        byte[] large = new byte[24 * 1024 * 1024];
        new Random(13).nextBytes(large);
        StringBuilder fields = new StringBuilder();
        Orion.field(fields, "executableShellScript", "job.sh");
        Orion.field(fields, "outputFiles", "back");
        fields.append(Orion.fileHead("job.sh")).append("cat large > back\r\n");
        fields.append(Orion.fileHead("large"));
        List<InputStream> body =
                List.of(
                        stream(fields.toString()),
                        new ByteArrayInputStream(large),
                        stream("\r\n" + Orion.formEnd()));

        String task =
                Orion.accepted(
                        orion.submit(
                                BodyPublishers.ofInputStream(() ->
                                        new SequenceInputStream(Collections.enumeration(body)))));

        orion.awaitStatus(task, "successful");
        assertThat(orion.file(task, "back").body()).isEqualTo(large);
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void o16_monitorPage_seesATaskMoveThroughTheColumns() {
        // given the workers held, so that the task waits in the queue
        Path go = fresh("go");
        Path end = fresh("end");
        List<String> holders = List.of(occupy(go), occupy(go));
        String task = orion.task(until(end), "", "");

        // when, then: what the monitor of the original polls, with the id and the status of a card
        assertThat(orion.inColumn("priorityQueue", task).path("status").asText())
                .isEqualTo("inprogress");
        touch(go);
        assertThat(orion.awaitWorker(task)).startsWith("worker-");
        touch(end);
        orion.awaitStatus(task, "successful");
        assertThat(orion.inColumn("centralStore", task).path("status").asText())
                .isEqualTo("successful");
        assertThat(orion.inColumn("workerPool", task).isMissingNode()).isTrue();
        holders.forEach(holder -> orion.awaitStatus(holder, "successful"));
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void o19_endedTask_isCleanedUpAfterItsTime() {
        await().atMost(RETENTION_PATIENCE)
                .until(() -> orion.get("/tasks/" + first + "/monitor").statusCode() == 404);

        assertThat(Orion.ids(orion.state(), "restEndpoint")).doesNotContain(first);
    }

    /** Our own interface, with the administrator's token. */
    private Api ours() {
        return new Api(URI.create(environment.url()), environment.token());
    }
}
