package dev.orrery.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One node with all roles, as a client of its HTTP interface finds it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SingleNodeIT {
    @RegisterExtension final Stage stage = new Stage();

    private Api api;

    @BeforeAll
    void start() {
        Path conf = stage.write("conf.yaml", "worker:\n  killGrace: 1s\n");
        Program server =
                stage.java(
                        "dev",
                        "--data",
                        stage.path("data").toString(),
                        "--port",
                        "0",
                        "--conf",
                        conf.toString(),
                        "--slots",
                        "4",
                        "--label",
                        "zone=a");
        server.ready();
        api = stage.api(server, "data");
    }

    @Test
    void command_runsWithItsArgumentsAsTheyAre() {
        // given arguments that a shell would take apart
        String job =
                api.submit(
                        """
                        {"command": ["printf", "%s|", "a b", "$HOME", "it's", "*"]}
                        """);

        // when
        JsonNode ended = api.awaitEnd(job);

        // then
        assertThat(ended.path("state").asText()).isEqualTo("SUCCEEDED");
        assertThat(ended.path("exitCode").asInt()).isZero();
        assertThat(api.stdout(job)).isEqualTo("a b|$HOME|it's|*|");
    }

    @Test
    void shellLine_mayHaveStandardInputAndVariables() {
        String job =
                api.submit(
                        """
                        {"command": "tr a-z A-Z; echo $COLOUR 1>&2", "stdin": "hello",
                         "env": {"COLOUR": "red"}}
                        """);

        api.awaitEnd(job);

        assertThat(api.stdout(job)).isEqualTo("HELLO");
        assertThat(api.get("/jobs/" + job + "/logs?stream=stderr").text()).isEqualTo("red\n");
    }

    @Test
    void script_readsItsFilesAndLeavesItsOutputs() throws IOException {
        // given a megabyte that no text reader leaves as it is
        byte[] bytes = new byte[1 << 20];
        new Random(7).nextBytes(bytes);
        Form form =
                new Form()
                        .json("{\"args\": [\"copy.bin\"], \"outputs\": [\"*.bin\", \"deep/**\"]}")
                        .script(
                                """
                                #!/bin/sh
                                mkdir deep && cat input.dat > "$1" && echo small > deep/small.txt
                                """)
                        .file("input.dat", bytes);

        // when
        Api.Answer accepted = api.postForm(form);
        assertThat(accepted.status()).as(accepted.text()).isEqualTo(201);
        String job = accepted.json().path("id").asText();
        JsonNode ended = api.awaitEnd(job);

        // then
        assertThat(ended.path("state").asText()).as(ended.toString()).isEqualTo("SUCCEEDED");
        assertThat(api.get("/jobs/" + job + "/outputs/copy.bin").body()).isEqualTo(bytes);
        assertThat(api.get("/jobs/" + job + "/outputs/deep/small.txt").text()).isEqualTo("small\n");
        Api.Answer part =
                api.send(
                        api.request("/api/v1/jobs/" + job + "/outputs/copy.bin")
                                .header("Range", "bytes=1000-1999")
                                .build());
        assertThat(part.status()).isEqualTo(206);
        assertThat(part.body()).isEqualTo(Arrays.copyOfRange(bytes, 1000, 2000));
    }

    @Test
    void exitCode_isReportedAsItIs() {
        String job = api.submitShell("exit 42");

        JsonNode ended = api.awaitEnd(job);

        assertThat(ended.path("state").asText()).isEqualTo("FAILED");
        assertThat(ended.path("exitCode").asInt()).isEqualTo(42);
    }

    @Test
    void signal_isReportedAsItIs() {
        String job = api.submitShell("kill -SEGV $$");

        JsonNode ended = api.awaitEnd(job);

        assertThat(ended.path("state").asText()).isEqualTo("FAILED");
        assertThat(ended.path("attempts").path(0).path("signal").asInt()).isEqualTo(11);
    }

    @Test
    void missingProgram_failsWithItsName() {
        String job = api.submit("{\"command\": [\"/no/such/program\"], \"retries\": 0}");

        JsonNode ended = api.awaitEnd(job);

        assertThat(ended.path("state").asText()).isEqualTo("FAILED");
        assertThat(ended.path("attempts").path(0).path("detail").asText())
                .contains("/no/such/program");
    }

    @Test
    void environment_isCleanButForWhatIsNamed() {
        String job = api.submit("{\"command\": [\"env\"], \"env\": {\"MINE\": \"1\"}}");

        api.awaitEnd(job);

        List<String> names =
                api.stdout(job).lines().map(line -> line.substring(0, line.indexOf('='))).toList();
        assertThat(names)
                .contains("MINE", "PATH", "HOME", "ORRERY_JOB", "ORRERY_ATTEMPT", "ORRERY_WORKER")
                .allMatch(name ->
                        name.startsWith("ORRERY_")
                                || List.of(
                                                "MINE", "PATH", "HOME", "LANG", "LC_ALL", "TZ",
                                                "USER", "SHELL")
                                        .contains(name))
                .doesNotContain("ORRERY_JAR", "ORRERY_JAVA_OPTS", "JAVA_HOME");
    }

    @Test
    void timeout_endsTheTask() {
        String job = api.submit("{\"command\": [\"sleep\", \"73\"], \"timeout\": \"300ms\"}");

        JsonNode ended = api.awaitEnd(job);

        assertThat(ended.path("state").asText()).isEqualTo("FAILED");
        assertThat(ended.path("reason").asText()).isEqualTo("timeout");
    }

    @Test
    void cancel_killsTheWholeTree() {
        // given a task with a child, a deaf child and a daemon, all marked by an argument
        String mark = "cancelled-" + System.nanoTime();
        String job =
                api.submitShell(
                        """
                        sh -c 'sleep 600; :' MARK &
                        sh -c 'trap "" TERM; sleep 600; sleep 600' MARK &
                        setsid sh -c '"$@" & exit 0' x sh -c 'sleep 600; :' MARK >/dev/null 2>&1
                        sh -c 'sleep 600; :' MARK
                        """
                                .replace("MARK", mark));
        api.awaitState(job, "RUNNING");
        await().atMost(Duration.ofSeconds(20))
                .until(() -> Processes.withArgument(mark).size() >= 5);

        // when
        Api.Answer answer = api.post("/jobs/" + job + "/cancel", "");

        // then
        assertThat(answer.status()).as(answer.text()).isEqualTo(202);
        JsonNode ended = api.awaitEnd(job);
        assertThat(ended.path("state").asText()).isEqualTo("CANCELLED");
        assertThat(Processes.withArgument(mark)).isEmpty();
        assertThat(api.post("/jobs/" + job + "/cancel", "").status()).isEqualTo(409);
    }

    @Test
    void idempotencyKey_makesOneJobOfAHundredRequests() throws Exception {
        // given
        String body = "{\"command\": [\"true\"], \"name\": \"once\"}";

        // when
        List<String> ids;
        try (ExecutorService clients = Executors.newFixedThreadPool(16)) {
            List<Future<Api.Answer>> answers =
                    IntStream.range(0, 100)
                            .mapToObj(i ->
                                    clients.submit(() ->
                                            api.post("/jobs", body, "Idempotency-Key", "same")))
                            .toList();
            ids = new ArrayList<>();
            for (Future<Api.Answer> answer : answers) {
                assertThat(answer.get().status()).as(answer.get().text()).isEqualTo(201);
                ids.add(answer.get().json().path("id").asText());
            }
        }

        // then
        assertThat(ids).containsOnly(ids.getFirst());
        assertThat(api.get("/jobs?name=once").json().path("items")).hasSize(1);
        Api.Answer other =
                api.post("/jobs", "{\"command\": [\"false\"]}", "Idempotency-Key", "same");
        assertThat(other.status()).isEqualTo(422);
        assertThat(other.json().path("code").asInt()).isEqualTo(1209);
    }

    @Test
    void badInput_leavesNothingBehind() {
        // given
        long before = newestNumber();
        long blobs = blobFiles();

        // when
        List<Api.Answer> refused =
                List.of(
                        api.post("/jobs", "{"),
                        api.post("/jobs", "{}"),
                        api.post("/jobs", "{\"command\": [\"true\"], \"colour\": 1}"),
                        api.post("/jobs", "{\"command\": [\"true\"], \"retries\": -1}"),
                        api.post("/jobs", "{\"command\": [\"true\"], \"timeout\": \"soon\"}"),
                        api.post("/jobs", "{\"command\": 7}"),
                        api.postForm(
                                new Form()
                                        .json("{\"command\": [\"true\"]}")
                                        .file("../escape", new byte[70_000])),
                        api.postForm(
                                new Form()
                                        .file("fine.txt", new byte[70_000])
                                        .json("{\"command\": [\"true\"], \"cpu\": 1}")));

        // then
        assertThat(refused)
                .allSatisfy(answer -> {
                    assertThat(answer.status()).as(answer.text()).isEqualTo(400);
                    assertThat(answer.headers().firstValue("content-type").orElse(""))
                            .startsWith("application/problem+json");
                    assertThat(answer.json().path("code").asInt()).isPositive();
                });
        assertThat(newestNumber()).isEqualTo(before);
        assertThat(blobFiles()).isEqualTo(blobs);
    }

    private long newestNumber() {
        return api.get("/jobs?limit=1").json().path("items").path(0).path("number").asLong();
    }

    private long blobFiles() {
        try (Stream<Path> files = Files.walk(stage.path("data/blobs"))) {
            return files.filter(Files::isRegularFile).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void output_isByteExact() {
        String job = api.submitShell("printf '\\000\\001\\377\\r\\n'; head -c 3000000 /dev/zero");

        api.awaitEnd(job);

        byte[] log = api.get("/jobs/" + job + "/logs?stream=stdout").body();
        assertThat(log).hasSize(3_000_005).startsWith(0, 1, 255, '\r', '\n');
    }

    @Test
    void followedLog_growsWhileTheTaskRuns() throws Exception {
        // given a task that waits for a file
        Path go = stage.path("go-" + System.nanoTime());
        String job =
                api.submitShell(
                        "echo first; until [ -e " + go + " ]; do sleep 0.05; done; echo last");

        // when
        var response =
                api.http()
                        .send(
                                api.request(
                                                "/api/v1/jobs/"
                                                        + job
                                                        + "/logs?stream=stdout&follow=true")
                                        .build(),
                                BodyHandlers.ofInputStream());
        byte[] first = response.body().readNBytes(6);
        Files.createFile(go);
        byte[] rest = response.body().readAllBytes();

        // then
        assertThat(new String(first, StandardCharsets.UTF_8)).isEqualTo("first\n");
        assertThat(new String(rest, StandardCharsets.UTF_8)).isEqualTo("last\n");
    }
}
