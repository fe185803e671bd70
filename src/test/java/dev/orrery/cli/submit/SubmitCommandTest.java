package dev.orrery.cli.submit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

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
import java.time.Duration;
import java.time.Instant;

/** A submission as the command line describes it, seen by the server. */
final class SubmitCommandTest {

    private static final String ACCEPTED =
            "{\"id\":\"0190-a\",\"number\":7,\"namespace\":\"default\",\"state\":\"QUEUED\"}";

    @TempDir Path folder;
    private FakeServer server;

    @BeforeEach
    void start() throws IOException {
        server = new FakeServer();
        server.json("POST /jobs", 201, ACCEPTED);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void commandAfterTheDashes_keepsItsOwnOptions() throws IOException {
        Invocation run = invoke("submit", "--", "ls", "-l", "--name", "x y");

        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(run.out()).isEqualTo("job 7 (0190-a) QUEUED\n");
        assertThat(job()).isEqualTo(Json.parse("{\"command\":[\"ls\",\"-l\",\"--name\",\"x y\"]}"));
        assertThat(server.asked().getFirst().headers())
                .containsEntry("Authorization", "Bearer orr_test")
                .containsKey("Idempotency-key");
    }

    @Test
    void everyFlag_isAField() throws IOException {
        Instant before = Instant.now();

        Invocation run =
                new Invocation()
                        .to(server)
                        .with("PASSED", "on")
                        .reading("hello")
                        .run(
                                ("submit --name n --label a=b --label c=d=e --namespace space"
                                                + " --env K=V --env PASSED --stdin - --cpus 0.5"
                                                + " --memory 512MiB --gpus 1 --resource fpga=2"
                                                + " --priority -5 --not-before 2026-12-01T08:00:00Z"
                                                + " --timeout 1h30m --retries 2 --restarts 4"
                                                + " --backoff 500ms --backoff-max 2m --retention 2d"
                                                + " --output-glob *.txt --output-glob out/*"
                                                + " --constraint zone=a,b --constraint disk!=slow"
                                                + " --idempotency-key key-1 --deadline +2h"
                                                + " --shell true")
                                        .split(" "));

        assertThat(run.err()).isEmpty();
        JsonNode job = job();
        Instant deadline = Instant.parse(job.path("deadline").asText());
        assertThat(deadline).isAfterOrEqualTo(before.plus(Duration.ofHours(2)));
        ((com.fasterxml.jackson.databind.node.ObjectNode) job).remove("deadline");
        assertThat(job)
                .isEqualTo(
                        Json.parse(
                                """
                                {"namespace":"space","command":"true",
                                 "env":{"K":"V","PASSED":"on"},"stdin":"hello",
                                 "outputs":["*.txt","out/*"],"name":"n",
                                 "labels":{"a":"b","c":"d=e"},
                                 "resources":{"cpus":0.5,"memory":"512MiB","gpus":1,
                                              "named":{"fpga":2}},
                                 "priority":-5,"notBefore":"2026-12-01T08:00:00Z",
                                 "timeout":"1h30m","retries":2,"restarts":4,"backoff":"500ms",
                                 "backoffMax":"2m","retention":"2d",
                                 "constraints":[{"label":"zone","in":["a","b"]},
                                                {"label":"disk","notIn":["slow"]}]}
                                """));
        assertThat(server.asked().getFirst().headers()).containsEntry("Idempotency-key", "key-1");
    }

    @Test
    void scriptAndFiles_goAsParts() throws IOException {
        Path script = Files.writeString(folder.resolve("work.sh"), "#!/bin/sh\n");
        Path input = Files.write(folder.resolve("data.bin"), new byte[] {0, -1, 13, 10});

        Invocation run =
                invoke(
                        "submit",
                        "-o",
                        "quiet",
                        "--script",
                        script.toString(),
                        "--input",
                        input.toString(),
                        "one",
                        "--two");

        assertThat(run.out()).isEqualTo("0190-a\n");
        FakeServer.Asked asked = server.asked().getFirst();
        assertThat(asked.headers().get("Content-type"))
                .startsWith("multipart/form-data; boundary=");
        assertThat(asked.body())
                .contains("name=\"job\"")
                .contains("{\"args\":[\"one\",\"--two\"]}")
                .contains("name=\"script\"; filename=\"work.sh\"")
                .contains("#!/bin/sh\n\r\n")
                .contains("name=\"file\"; filename=\"data.bin\"")
                .contains(new String(new byte[] {0, -1, 13, 10}, StandardCharsets.ISO_8859_1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "submit",
                "submit --shell a -- b",
                "submit --shell a --script b",
                "submit --label x -- a",
                "submit --cpus many -- a",
                "submit --deadline soon -- a",
                "submit --timeout x -- a",
                "submit --constraint !=a -- a",
                "submit --env NO_SUCH_VARIABLE_HERE -- a",
                "submit --input /nonexistent/file -- a",
                "submit --stdin /nonexistent/file -- a",
                "submit --unknown -- a"
            })
    void whatCannotBeMeant_isRefusedBeforeAnythingIsSent(String line) {
        Invocation run = invoke(line.split(" "));

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).startsWith("orrery: ");
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void waiting_exitsWithOneWhenTheTaskFailed() {
        server.json("GET /jobs/0190-a", 200, ACCEPTED);
        server.json("GET /jobs/0190-a", 200, ACCEPTED.replace("QUEUED", "FAILED"));
        server.events(
                "GET /events?topic=jobs.0190-a&from=0",
                "started {\"state\":\"RUNNING\",\"terminal\":false}",
                "ended {\"state\":\"FAILED\",\"terminal\":true}");

        Invocation run = invoke("submit", "--wait", "--", "false");

        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run.out()).isEqualTo("job 7 (0190-a) FAILED\n");
    }

    private Invocation invoke(String... args) {
        return new Invocation().to(server).run(args);
    }

    private JsonNode job() throws IOException {
        return Json.parse(server.asked().getFirst().body());
    }
}
