package dev.orrery.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.cli.ExitCode;
import dev.orrery.cli.FakeServer;
import dev.orrery.cli.Invocation;
import dev.orrery.cli.client.Json;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The commands that look at jobs and act on them. */
final class JobCommandsTest {

    private static final String JOB =
            """
            {"id":"j","number":4,"namespace":"default","name":"n\\u001b[31m","state":"SUCCEEDED",
             "exitCode":0,"attempt":1,"worker":"w","lastSeq":5,
             "submittedAt":"2026-12-01T08:00:00Z",
             "startedAt":"2026-12-01T08:00:00Z","endedAt":"2026-12-01T08:00:01.500Z",
             "attempts":[{"number":1,"worker":"w","state":"SUCCEEDED","exitCode":0,
               "wallSeconds":1.5,"userCpuSeconds":0.25,
               "memoryPeakBytes":1048576,"stdoutBytes":3,"stderrBytes":0}],
             "outputs":[{"name":"a.txt","sizeBytes":3,"sha256":"c0"}]}
            """;

    @TempDir Path folder;
    private FakeServer server;

    @BeforeEach
    void start() throws IOException {
        server = new FakeServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void status_showsTheJobAndHarmlessNames() {
        server.json("GET /jobs/last", 200, JOB);

        Invocation run = invoke("status", "last");

        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(run.out())
                .contains("state      SUCCEEDED", "1.500s", "0.250s", "1.0 MiB", "a.txt")
                .doesNotContain("\u001b");
    }

    @Test
    void statusAsJson_isTheAnswerOfTheServer() throws IOException {
        server.json("GET /jobs/4?namespace=x", 200, JOB);

        Invocation run = invoke("status", "4", "-o", "json", "--namespace", "x");

        assertThat(Json.parse(run.out())).isEqualTo(Json.parse(JOB));
    }

    @Test
    void rangeAsJson_isOneArray() throws IOException {
        for (int i = 1; i <= 3; i++) {
            server.json("GET /jobs/" + i, 200, "{\"id\":\"j%d\",\"number\":%d}".formatted(i, i));
        }

        Invocation json = invoke("status", "1-3", "-o", "json");
        Invocation quiet = invoke("status", "1-3", "-o", "quiet");

        assertThat(Json.parse(json.out())).hasSize(3);
        assertThat(quiet.out()).isEqualTo("j1\nj2\nj3\n");
    }

    @Test
    void cancelLast_neverReachesAnotherJob() {
        server.json("GET /jobs/last", 200, JOB);
        server.silence("POST /jobs/j/cancel");
        server.json("POST /jobs/j/cancel", 409, "{}");
        server.json("GET /jobs/j", 200, JOB.replaceFirst("SUCCEEDED", "CANCELLED"));

        Invocation run = invoke("cancel", "last");

        assertThat(run.out()).isEqualTo("j CANCELLED\n");
        assertThat(server.asked().stream().map(FakeServer.Asked::target))
                .containsExactly("/jobs/last", "/jobs/j/cancel", "/jobs/j/cancel", "/jobs/j");
    }

    @Test
    void list_followsTheCursorAndPassesFilters() {
        server.json(
                "GET /jobs?state=RUNNING%2CQUEUED&name=n&limit=500&label=a%3Db",
                200, "{\"items\":[{\"id\":\"j1\"}],\"next\":\"c 1\"}");
        server.json(
                "GET /jobs?state=RUNNING%2CQUEUED&name=n&cursor=c%201&limit=500&label=a%3Db",
                200, "{\"items\":[{\"id\":\"j2\"}]}");

        Invocation run =
                invoke(
                        ("list --all --state running,queued --name n --label a=b"
                                        + " --output quiet")
                                .split(" "));

        assertThat(run.err()).isEmpty();
        assertThat(run.out()).isEqualTo("j1\nj2\n");
    }

    @Test
    void wait_endsWithTheJobAndTellsItsFailure() {
        server.json("GET /jobs/last", 200, "{\"id\":\"j\",\"state\":\"RUNNING\",\"lastSeq\":2}");
        server.json("GET /jobs/j", 200, "{\"id\":\"j\",\"state\":\"FAILED\",\"lastSeq\":4}");
        server.events(
                "GET /events?topic=jobs.j&from=2",
                "progress {\"fraction\":0.42,\"text\":\"half\\u0007way\"}",
                "ended {\"state\":\"FAILED\",\"terminal\":true}");

        Invocation run = invoke("wait", "last", "--progress", "-o", "quiet");

        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run.out()).isEqualTo("j\n");
        assertThat(run.err()).contains("RUNNING 42% half").doesNotContain("\u0007");
    }

    @Test
    void logs_goToTheirStreams() {
        server.json("GET /jobs/last", 200, JOB);
        server.bytes(log("stdout"), "out".getBytes(StandardCharsets.UTF_8));
        server.bytes(log("stderr"), "err".getBytes(StandardCharsets.UTF_8));

        Invocation both = invoke("logs");
        Invocation one = invoke("logs", "last", "--stream", "stderr", "-f");

        assertThat(both.out()).isEqualTo("out");
        assertThat(both.err()).isEqualTo("err");
        assertThat(one.out()).isEqualTo("err");
        assertThat(one.err()).isEmpty();
    }

    @Test
    void followedLogOfAWaitingJob_waitsAndEndsWithIt() {
        server.json("GET /jobs/last", 200, "{\"id\":\"j\",\"state\":\"QUEUED\",\"lastSeq\":1}");
        server.json("GET /jobs/j", 200, JOB);
        server.events(
                "GET /events?topic=logs.j&topic=jobs.j&from=1",
                "chunk {\"attempt\":1,\"stream\":\"stdout\",\"offset\":0,\"data\":\"YWJj\"}",
                "ended {\"terminal\":true}");

        Invocation run = invoke("logs", "-f");

        assertThat(run.out()).isEqualTo("abc");
    }

    @Test
    void actionOnSeveral_goesOnAfterARefusal() {
        server.json("GET /jobs/1", 200, "{\"id\":\"a\"}");
        server.json("GET /jobs/2", 200, "{\"id\":\"b\"}");
        server.json("GET /jobs/3", 200, "{\"id\":\"c\"}");
        server.json("POST /jobs/a/cancel", 202, "{\"id\":\"a\",\"state\":\"CANCELLED\"}");
        server.json("POST /jobs/b/cancel", 409, "{\"detail\":\"it has ended\"}");
        server.json("POST /jobs/c/cancel", 202, "{\"id\":\"c\",\"state\":\"RUNNING\"}");

        Invocation run = invoke("cancel", "1-3");

        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run.out()).isEqualTo("a CANCELLED\nc RUNNING\n");
        assertThat(run.err()).isEqualTo("orrery: 2: it has ended\n");
    }

    @Test
    void retryDeleteAndExplain_askWhatTheyAreNamedFor() {
        server.json("POST /jobs/j/retry", 202, "{\"id\":\"j\",\"round\":2}");
        server.json("GET /jobs/j", 200, JOB);
        server.json("DELETE /jobs/j", 204, "");
        server.json(
                "GET /jobs/j/explain",
                200,
                "{\"id\":\"j\",\"state\":\"QUEUED\",\"reasons\":[\"no worker has 2 gpus free\"]}");

        assertThat(invoke("retry", "j").out()).isEqualTo("j round 2\n");
        assertThat(invoke("delete", "j").out()).isEqualTo("j deleted\n");
        assertThat(invoke("explain", "j").out())
                .isEqualTo("j QUEUED\n  no worker has 2 gpus free\n");
    }

    @Test
    void nodesAndDrain_goToTheNodes() {
        server.json(
                "GET /nodes",
                200,
                "{\"items\":[{\"name\":\"w-1\",\"state\":\"READY\",\"slots\":2,"
                        + "\"labels\":{\"zone\":\"a\"},\"capacity\":{\"cpus\":2},"
                        + "\"free\":{\"cpus\":1.5}}]}");
        server.json("POST /nodes/w-1/drain", 204, "");
        server.json("POST /nodes/w-1/resume", 204, "");

        assertThat(invoke("nodes").out()).contains("w-1", "READY", "1.5/2", "zone=a");
        assertThat(invoke("drain", "w-1").out()).isEqualTo("w-1 drains\n");
        assertThat(invoke("resume", "w-1").out()).isEqualTo("w-1 resumes\n");
    }

    @Test
    void drain_waitsUntilNothingRunsThere() {
        server.json("POST /nodes/w-1/drain", 204, "");
        server.events(
                "GET /events?topic=nodes&from=0",
                "subscribed {\"topic\":\"nodes\",\"seq\":0}",
                "nodes {\"items\":[{\"name\":\"w-1\",\"state\":\"DRAINING\"}]}");
        server.events(
                "GET /events?topic=nodes&from=0",
                "nodes {\"items\":[{\"name\":\"w-1\",\"state\":\"DRAINED\"}]}");

        Invocation drain = invoke("drain", "w-1", "--wait");

        assertThat(drain.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(drain.out()).isEqualTo("w-1 drains\nw-1 drained\n");
        assertThat(server.asked()).hasSize(3);
    }

    @Test
    void progress_isALineOfTheTasksOutput() {
        assertThat(invoke("progress", "0.420", "half\nway", "-x").out())
                .isEqualTo("::progress 0.420 half\ufffdway -x\n");
        assertThat(invoke("progress", "1").out()).isEqualTo("::progress 1\n");
        assertThat(invoke("progress", "1.01").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(invoke("progress", "-1").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(invoke("progress", "half").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void tokens_areCreatedListedAndRevoked() throws IOException {
        server.json("POST /tokens", 201, "{\"name\":\"ci\",\"token\":\"orr_secret\"}");
        server.json("GET /tokens", 200, "{\"items\":[{\"name\":\"ci\",\"role\":\"viewer\"}]}");
        server.json("DELETE /tokens/ci", 204, "");

        Invocation created =
                invoke("token", "create", "ci", "--role", "viewer", "--namespace", "n");

        assertThat(created.out()).isEqualTo("orr_secret\n");
        assertThat(Json.parse(server.asked().getFirst().body()))
                .isEqualTo(Json.parse("{\"name\":\"ci\",\"role\":\"viewer\",\"namespace\":\"n\"}"));
        assertThat(invoke("token", "list").out()).contains("ci", "viewer");
        assertThat(invoke("token", "revoke", "ci").exitCode()).isEqualTo(ExitCode.OK);
    }

    @Test
    void outputs_areDownloadedWholeAndChecked() throws IOException {
        server.json("GET /jobs/last", 200, JOB);
        server.json(
                "GET /jobs/j/outputs",
                200,
                "{\"items\":[{\"name\":\"d/a b.txt\",\"sizeBytes\":3,\"sha256\":"
                    + "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"}]}");
        server.bytes("GET /jobs/j/outputs/d/a%20b.txt", "abc".getBytes(StandardCharsets.UTF_8));

        Invocation listed = invoke("outputs");
        Invocation loaded = invoke("outputs", "last", "--download", folder.toString());

        assertThat(listed.out()).contains("d/a b.txt", "3 B");
        assertThat(loaded.err()).isEmpty();
        assertThat(folder.resolve("d/a b.txt")).hasContent("abc");
    }

    @Test
    void outputWithAnotherChecksum_leavesNothing() {
        server.json("GET /jobs/last", 200, JOB);
        server.json(
                "GET /jobs/j/outputs",
                200,
                "{\"items\":[{\"name\":\"a\",\"sizeBytes\":3,\"sha256\":\"00\"}]}");
        server.bytes("GET /jobs/j/outputs/a", "abc".getBytes(StandardCharsets.UTF_8));

        Invocation run = invoke("outputs", "last", "--download", folder.toString());

        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(folder).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../a",
                "/etc/passwd",
                "a/../../b",
                ".",
                "a/./b",
                "..",
                "link/a",
                "a\\u0000b"
            })
    void outputWhoseNameLeadsOut_isRefused(String name) throws IOException {
        Files.createSymbolicLink(
                folder.resolve("link"), Files.createDirectory(folder.resolve("other")));
        server.json("GET /jobs/last", 200, JOB);
        server.json("GET /jobs/j/outputs", 200, "{\"items\":[{\"name\":\"%s\"}]}".formatted(name));
        server.bytes("GET /jobs/j/outputs/link/a", new byte[0]);

        Invocation run = invoke("outputs", "last", "--download", folder.toString());

        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run.err()).contains("leads out of the directory");
    }

    private Invocation invoke(String... args) {
        return new Invocation().to(server).run(args);
    }

    private static String log(String stream) {
        return "GET /jobs/j/logs?stream=%s&attempt=1&offset=0".formatted(stream);
    }
}
