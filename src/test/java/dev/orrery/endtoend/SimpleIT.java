package dev.orrery.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;

import dev.orrery.endtoend.Machines.Machine;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The simple Go system, row by row, on a machine of its own, so that the default port is free and
 * the article's command is typed as it stands there.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SimpleIT {
    private static final String ARTICLE =
            "curl -X POST -H \"Content-Type: application/json\" -d '{\"cmd\": \"touch"
                    + " /tmp/hello-distributed-system\"}' http://localhost:9092/tasks";
    private static final Path HELLO = Path.of("/tmp/hello-distributed-system");
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @RegisterExtension final Machines machines = new Machines();
    @RegisterExtension final Stage stage = new Stage();

    private Machine machine;
    private Program worker;
    private String saidBeforeAnyWorker;

    @BeforeAll
    void start() throws IOException {
        Files.deleteIfExists(HELLO);
        machine = machines.lonely("simple");
        node("master").ready();
        saidBeforeAnyWorker = machine.shell("timeout 30 " + ARTICLE + " 2>/dev/null");
        worker = node("worker", "--name", "w").ready();
    }

    @AfterAll
    void tidy() throws IOException {
        Files.deleteIfExists(HELLO);
    }

    private Program node(String role, String... more) {
        List<String> command =
                new java.util.ArrayList<>(List.of(Distribution.launcher().toString(), role));
        command.addAll(List.of("-cluster", "--compat", "simple"));
        command.addAll(List.of("--data", stage.path("data").toString()));
        command.addAll(List.of(more));
        return stage.program(machine.command(command));
    }

    /** Status, headers and body of a POST. */
    private String post(String body) throws IOException {
        Path file = Files.writeString(stage.path("body"), body);
        return machine.shell(
                "curl -s -i -H 'Content-Type: application/json' --data-binary @"
                        + file
                        + " http://localhost:9092/tasks");
    }

    /** The job as our own interface shows it, once it has ended. */
    private JsonNode ended(String answer) {
        return await().atMost(PATIENCE)
                .until(
                        () -> Api.parse(ours(job(answer))),
                        job -> Api.TERMINAL.contains(job.path("state").asText()));
    }

    private static String job(String answer) {
        return answer.lines()
                .filter(line -> line.startsWith("location: "))
                .findFirst()
                .orElseThrow()
                .substring("location: ".length());
    }

    private String ours(String path) {
        return machine.shell(
                "curl -s -H 'Authorization: Bearer "
                        + stage.token("data")
                        + "' http://localhost:9092"
                        + path);
    }

    @Test
    void g01_command_isTakenWithoutAnyWorkerAndWithAnEmptyAnswer() throws IOException {
        assertThat(saidBeforeAnyWorker).isEmpty();
        assertThat(post("{\"cmd\": \"true\"}")).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\n");
        assertThat(post("{\"cmd\": ")).startsWith("HTTP/1.1 400 ");
        assertThat(post("{\"cmd\": \"\"}")).startsWith("HTTP/1.1 400 ");
        assertThat(post("{}")).startsWith("HTTP/1.1 400 ");
    }

    @Test
    void g04_worker_saysWhatItReceives() {
        await().atMost(PATIENCE)
                .until(() ->
                        worker.err()
                                .contains("received command: touch /tmp/hello-distributed-system"));

        assertThat(worker.err()).containsSubsequence("worker node started", "received command: ");
    }

    @Test
    void g05_masterAndWorker_areCommandsOfOneProgram() {
        JsonNode nodes = Api.parse(ours("/api/v1/nodes")).path("items");

        assertThat(nodes).hasSize(1);
        assertThat(nodes.path(0).path("name").asText()).isEqualTo("w");
    }

    @Test
    void g06_command_runsInAShellOnTheWorker() throws IOException {
        await().atMost(PATIENCE).until(() -> Files.exists(HELLO));
        Path out = stage.path("quoted");

        JsonNode job =
                ended(
                        post(
                                "{\"cmd\": \"printf '%s|' 'a  b' \\\"c d\\\" $((1+2)) > "
                                        + out
                                        + "\"}"));

        assertThat(job.path("state").asText()).isEqualTo("SUCCEEDED");
        assertThat(out).hasContent("a  b|c d|3|");
    }

    @Test
    void g07_outputExitCodeAndStatus_areKept() throws IOException {
        String answer = post("{\"cmd\": \"echo said; echo cried >&2; exit 7\"}");

        JsonNode job = ended(answer);

        assertThat(job.path("state").asText()).isEqualTo("FAILED");
        assertThat(job.path("exitCode").asInt()).isEqualTo(7);
        assertThat(ours(job(answer) + "/logs?stream=stdout")).isEqualTo("said\n");
        assertThat(ours(job(answer) + "/logs?stream=stderr")).isEqualTo("cried\n");
    }
}
