package dev.orrery.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** The order in which one slot takes tasks, and what keeps a task from it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SchedulingIT {
    @RegisterExtension final Stage stage = new Stage();

    private Api api;

    @BeforeAll
    void start() {
        String data = stage.path("data").toString();
        Program server =
                stage.java(
                        "dev", "--data", data, "--port", "0", "--slots", "1", "--label", "zone=a");
        api = stage.api(server.ready(), "data");
    }

    /** A job that holds the only slot until the file is there. */
    private String occupy(Path go) {
        String job = api.submitShell("until [ -e " + go + " ]; do sleep 0.02; done");
        api.awaitState(job, "RUNNING");
        return job;
    }

    private Path file(String name) {
        return stage.path(name + "-" + System.nanoTime());
    }

    @Test
    void deadlines_runEarliestFirst() throws IOException {
        // given the slot taken, and deadlines in another order than theirs
        Path go = file("go");
        Path trace = file("trace");
        occupy(go);
        Instant now = Instant.now();
        List<String> jobs =
                List.of(10, 8, 5, 2).stream()
                        .map(minutes ->
                                api.submit(
                                        """
                                        {"command": "echo %d >> %s", "deadline": "%s"}
                                        """
                                                .formatted(
                                                        minutes,
                                                        trace,
                                                        now.plus(Duration.ofMinutes(minutes)))))
                        .toList();

        // when
        Files.createFile(go);
        jobs.forEach(api::awaitEnd);

        // then
        assertThat(Files.readAllLines(trace)).containsExactly("2", "5", "8", "10");
    }

    @Test
    void priorities_runHighestFirstAndThenByArrival() throws IOException {
        Path go = file("go");
        Path trace = file("trace");
        occupy(go);
        List<String> jobs =
                List.of("low -5", "first 0", "second 0", "high 5").stream()
                        .map(text -> text.split(" "))
                        .map(words ->
                                api.submit(
                                        """
                                        {"command": "echo %s >> %s", "priority": %s}
                                        """
                                                .formatted(words[0], trace, words[1])))
                        .toList();

        Files.createFile(go);
        jobs.forEach(api::awaitEnd);

        assertThat(Files.readAllLines(trace)).containsExactly("high", "first", "second", "low");
    }

    @Test
    void missedDeadline_expiresTheTask() throws IOException {
        Path go = file("go");
        occupy(go);
        String job =
                api.submit(
                        """
                        {"command": ["true"], "deadline": "%s"}
                        """
                                .formatted(Instant.now().plusMillis(700)));

        JsonNode ended = api.awaitEnd(job);

        assertThat(ended.path("state").asText()).isEqualTo("EXPIRED");
        assertThat(ended.path("attempts")).isEmpty();
        Files.createFile(go);
    }

    @Test
    void failures_areRetriedAfterAPause() throws IOException {
        // given a task that succeeds the third time
        Path trace = file("trace");
        String job =
                api.submit(
                        """
                        {"command": "date +%%s%%N >> %1$s; [ $(wc -l < %1$s) -ge 3 ]",
                         "retries": 5, "backoff": "200ms", "backoffMax": "1s"}
                        """
                                .formatted(trace));

        // when
        JsonNode ended = api.awaitEnd(job);

        // then
        assertThat(ended.path("state").asText()).isEqualTo("SUCCEEDED");
        assertThat(ended.path("attempts")).hasSize(3);
        List<Long> times = Files.readAllLines(trace).stream().map(Long::parseLong).toList();
        assertThat(times.get(1) - times.get(0)).isGreaterThan(Duration.ofMillis(100).toNanos());
        assertThat(times.get(2) - times.get(1)).isGreaterThan(Duration.ofMillis(200).toNanos());
    }

    @Test
    void constraint_keepsATaskFromWorkersThatDoNotFit() {
        String fits =
                api.submit(
                        """
                        {"command": ["true"], "constraints": [{"label": "zone", "in": ["a", "b"]}]}
                        """);
        String waits =
                api.submit(
                        """
                        {"command": ["true"], "constraints": [{"label": "zone", "notIn": ["a"]}]}
                        """);

        assertThat(api.awaitEnd(fits).path("state").asText()).isEqualTo("SUCCEEDED");
        assertThat(api.job(waits).path("state").asText()).isEqualTo("QUEUED");
        assertThat(explain(waits)).contains("zone");
        assertThat(api.post("/jobs/" + waits + "/cancel", "").status()).isEqualTo(202);
        assertThat(api.awaitEnd(waits).path("state").asText()).isEqualTo("CANCELLED");
    }

    @Test
    void explain_saysWhatATaskWaitsFor() throws IOException {
        Path go = file("go");
        occupy(go);
        String behind = api.submit("{\"command\": [\"true\"]}");
        String gpus = api.submit("{\"command\": [\"true\"], \"resources\": {\"gpus\": 2}}");
        String later =
                api.submit("{\"command\": [\"true\"], \"notBefore\": \"2099-01-01T00:00:00Z\"}");

        assertThat(explain(behind)).isNotBlank();
        assertThat(explain(gpus)).contains("gpu");
        assertThat(api.job(later).path("state").asText()).isEqualTo("WAITING");
        assertThat(explain(later)).contains("2099");
        List.of(gpus, later).forEach(job -> api.post("/jobs/" + job + "/cancel", ""));
        Files.createFile(go);
        assertThat(api.awaitEnd(behind).path("state").asText()).isEqualTo("SUCCEEDED");
    }

    @Test
    void retry_opensANewRound() throws IOException {
        Path trace = file("trace");
        String job = api.submitShell("echo x >> " + trace + "; [ $(wc -l < " + trace + ") -ge 2 ]");
        assertThat(api.awaitEnd(job).path("state").asText()).isEqualTo("FAILED");

        Api.Answer answer = api.post("/jobs/" + job + "/retry", "");

        assertThat(answer.status()).as(answer.text()).isEqualTo(202);
        JsonNode ended = api.awaitState(job, "SUCCEEDED");
        assertThat(ended.path("round").asInt()).isEqualTo(2);
        assertThat(Files.readAllLines(trace)).hasSize(2);
    }

    private String explain(String job) {
        return api.get("/jobs/" + job + "/explain").json().path("reasons").toString();
    }
}
