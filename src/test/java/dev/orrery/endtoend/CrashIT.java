package dev.orrery.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A whole node killed at any moment keeps what it has acknowledged. */
final class CrashIT {
    private static final int ROUNDS = 3;
    private static final int CLIENTS = 3;
    private static final int SUBMISSIONS = 10;

    @RegisterExtension final Stage stage = new Stage();

    private Program dev() {
        String data = stage.path("data").toString();
        return stage.java("dev", "--data", data, "--port", "0", "--slots", "2").ready();
    }

    @Test
    void killedUnderSubmissions_losesNoAcknowledgedJob() throws InterruptedException {
        // given
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Map<String, AttemptTrace> acknowledged = new TreeMap<>();
        Queue<Map.Entry<String, AttemptTrace>> answers = new ConcurrentLinkedQueue<>();
        AtomicInteger serial = new AtomicInteger();

        // when it is killed while several clients submit
        for (int round = 0; round < ROUNDS; round++) {
            Program server = dev();
            Api api = stage.api(server, "data");
            int enough = answers.size() + 5 + random.nextInt(CLIENTS * SUBMISSIONS - 10);
            List<Thread> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(Thread.ofVirtual().start(() -> submitUntilGone(api, serial, answers)));
            }
            await().atMost(Duration.ofSeconds(30)).until(() -> answers.size() >= enough);
            server.kill();
            for (Thread client : clients) {
                client.join();
            }
        }
        answers.forEach(entry -> acknowledged.put(entry.getKey(), entry.getValue()));

        // then each of them is there and comes to one end
        Api api = stage.api(dev(), "data");
        assertThat(acknowledged).as("seed %s", seed).isNotEmpty();
        for (Map.Entry<String, AttemptTrace> entry : acknowledged.entrySet()) {
            JsonNode ended = api.awaitEnd(entry.getKey());
            assertThat(ended.path("state").asText())
                    .as("seed %s, job %s", seed, ended)
                    .isEqualTo("SUCCEEDED");
            assertEventsAreDense(api, ended);
            assertThat(entry.getValue().starts())
                    .as("seed %s, attempts of %s: %s", seed, ended, entry.getValue().lines())
                    .allMatch(start -> start.othersAlive() == 0)
                    .doesNotHaveDuplicates()
                    .extracting(AttemptTrace.Start::attempt)
                    .isSorted()
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void sameKeyAfterTheCrash_givesTheSameJobAndRunsNothing() {
        // given an ended job
        AttemptTrace trace = new AttemptTrace(stage.path("trace.txt"));
        String body = Api.MAPPER.createObjectNode().put("command", trace.line(0)).toString();
        Program server = dev();
        Api before = stage.api(server, "data");
        JsonNode first = before.post("/jobs", body, "Idempotency-Key", "once").json();
        String job = first.path("id").asText();
        before.awaitEnd(job);

        // when
        server.kill();
        Api after = stage.api(dev(), "data");
        Api.Answer second = after.post("/jobs", body, "Idempotency-Key", "once");

        // then
        assertThat(second.status()).as(second.text()).isEqualTo(201);
        assertThat(second.json().path("id").asText()).isEqualTo(job);
        assertThat(second.json().path("number")).isEqualTo(first.path("number"));
        assertThat(second.json().path("replayed").asBoolean()).isTrue();
        assertThat(after.get("/jobs").json().path("items")).hasSize(1);
        assertThat(after.job(job).path("attempts")).hasSize(1);
        assertThat(trace.starts()).hasSize(1);
    }

    private void submitUntilGone(
            Api api, AtomicInteger serial, Queue<Map.Entry<String, AttemptTrace>> answers) {
        for (int i = 0; i < SUBMISSIONS; i++) {
            AttemptTrace trace =
                    new AttemptTrace(stage.path("trace-" + serial.incrementAndGet() + ".txt"));
            String body =
                    Api.MAPPER
                            .createObjectNode()
                            .put("command", trace.line(0.1))
                            .put("restarts", 10)
                            .toString();
            try {
                Api.Answer answer =
                        api.send(
                                api.request("/api/v1/jobs")
                                        .header("Content-Type", "application/json")
                                        .POST(BodyPublishers.ofString(body))
                                        .build());
                if (answer.status() == 201) {
                    answers.add(Map.entry(answer.json().path("id").asText(), trace));
                }
            } catch (IOException killed) {
                return;
            }
        }
    }

    private static void assertEventsAreDense(Api api, JsonNode job) {
        List<Long> numbers =
                Events.durable(api, "jobs." + job.path("id").asText(), 0).stream()
                        .map(event -> event.path("seq").asLong())
                        .toList();
        List<Long> dense = new ArrayList<>();
        for (long seq = 1; seq <= job.path("lastSeq").asLong(); seq++) {
            dense.add(seq);
        }
        assertThat(numbers).isEqualTo(dense);
    }
}
