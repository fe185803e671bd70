package dev.orrery.api.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.api.ApiFixture;
import dev.orrery.model.JobId;
import dev.orrery.protocol.Topic;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** The live stream over SSE. */
final class ServerSentEventsTest {
    private static ApiFixture api;

    @BeforeAll
    static void start(@TempDir Path data) throws Exception {
        api = new ApiFixture(data, Map.of());
    }

    @AfterAll
    static void stop() throws Exception {
        api.close();
    }

    @Test
    void beginning_saysHowOftenAPingComes() throws Exception {
        List<String> lines = new ArrayList<>();

        read(
                api.request("/api/v1/events?topic=nodes"),
                line -> {
                    lines.add(line);
                    return false;
                });

        assertThat(lines).containsExactly(": ping every 15 s");
    }

    @Test
    void lastEventId_resumes() throws Exception {
        JobId job = api.submit("{\"command\":\"true\"}");
        api.scheduler().start(job);
        api.scheduler().end(job, 0, "", List.of());
        String topic = "/api/v1/events?topic=jobs.last";

        List<String> all = ids(api.request(topic), 4);
        List<String> rest =
                ids(api.request(topic).header("last-event-id", "jobs." + job + ":2"), 4);

        assertThat(all)
                .containsExactly(
                        "jobs." + job + ":1",
                        "jobs." + job + ":2",
                        "jobs." + job + ":3",
                        "jobs." + job + ":4");
        assertThat(rest).containsExactly("jobs." + job + ":3", "jobs." + job + ":4");
    }

    @Test
    void lastEventId_resumesEachOfSeveralTopics_byAliasAndById() throws Exception {
        JobId first = ended();
        JobId second = ended();
        String a = "jobs." + first;
        String b = "jobs." + second;
        long number = api.get("/api/v1/jobs/" + second).json().path("number").asLong();
        String query =
                "/api/v1/events?topic=%s&topic=jobs.%d&topic=jobs.last&topic=nodes"
                        .formatted(a, number);

        List<String> whole = places(api.request(query), 8);
        String middle = whole.get(4);
        List<String> rest = places(api.request(query).header("last-event-id", middle), 3);
        List<String> byAlias =
                places(
                        api.request(query)
                                .header(
                                        "last-event-id",
                                        a + ":3,jobs." + number + ":2,jobs.elsewhere:9"),
                        3);

        assertThat(whole.getLast().split(",")).containsExactlyInAnyOrder(a + ":4", b + ":4");
        assertThat(whole).doesNotHaveDuplicates();
        assertThat(rest).isEqualTo(whole.subList(5, 8));
        assertThat(byAlias.getLast().split(",")).containsExactlyInAnyOrder(a + ":4", b + ":4");
        assertThat(byAlias).doesNotHaveDuplicates();
    }

    @Test
    void lastEventId_resumesLogsWithinAnAttempt() throws Exception {
        JobId job = api.submit("{\"command\":\"true\"}");
        api.scheduler().start(job);
        api.scheduler().end(job, 0, "x".repeat(80_000), List.of());
        String logs = "logs." + job;
        String query = "/api/v1/events?topic=jobs." + job + "&topic=logs.last";

        List<String> whole = places(api.request(query), 7);
        List<String> chunks = whole.stream().map(id -> id.replaceAll(".*" + logs, "")).toList();
        List<String> rest =
                places(
                        api.request(query)
                                .header(
                                        "last-event-id",
                                        "jobs." + job + ":4," + logs + ":1/70000/0"),
                        1);

        assertThat(chunks).contains(":1/32768/0", ":1/65536/0", ":1/80000/0");
        assertThat(rest).containsExactly("jobs." + job + ":4," + logs + ":1/80000/0");
    }

    @Test
    void clientsOfOneTopic_costOneSubscriptionUpstream() throws Exception {
        JobId job = ended();
        List<StreamClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 20; i++) {
                clients.add(StreamClient.open(api, "viewer"));
                clients.getLast().subscribe("jobs." + job, 0);
                clients.getLast().sequence(4);
            }

            assertThat(metric("orrery_stream_clients")).isEqualTo(20);
            assertThat(metric("orrery_stream_subscriptions")).isEqualTo(20);
            assertThat(metric("orrery_stream_topics")).isEqualTo(1);
            assertThat(api.scheduler().subscribed()).containsExactly(new Topic.OfJob(job));
        } finally {
            clients.forEach(StreamClient::close);
        }
        Awaitility.await()
                .untilAsserted(() -> {
                    assertThat(metric("orrery_stream_clients")).isZero();
                    assertThat(metric("orrery_stream_subscriptions")).isZero();
                    assertThat(metric("orrery_stream_topics")).isZero();
                });
    }

    private static double metric(String name) throws Exception {
        String text = api.get("/metrics").body();
        return text.lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
                .sum();
    }

    private static JobId ended() throws Exception {
        JobId job = api.submit("{\"command\":\"true\"}");
        api.scheduler().start(job);
        api.scheduler().end(job, 0, "", List.of());
        return job;
    }

    /** The ids of the first events that have one. */
    private static List<String> places(HttpRequest.Builder request, int count) throws Exception {
        List<String> ids = new ArrayList<>();
        read(
                request,
                line -> {
                    if (line.startsWith("id: ")) {
                        ids.add(line.substring(4));
                    }
                    return ids.size() < count;
                });
        return ids;
    }

    @Test
    void badRequests_areProblems() throws Exception {
        assertThat(api.get("/api/v1/events").problem()).isEqualTo("400 missing-field topic");
        assertThat(api.get("/api/v1/events?topic=weather").problem())
                .isEqualTo("400 invalid-value topic");
        assertThat(api.get("/api/v1/events?topic=jobs&from=x").problem())
                .isEqualTo("400 invalid-value from");
        assertThat(api.get("/api/v1/events?topic=jobs.99999").problem()).isEqualTo("404 not-found");
        assertThat(
                        api.send(
                                        api.request("/api/v1/events?topic=jobs")
                                                .header("last-event-id", "x"))
                                .problem())
                .isEqualTo("400 invalid-value Last-Event-ID");
    }

    private static List<String> ids(HttpRequest.Builder request, long last) throws Exception {
        List<String> ids = new ArrayList<>();
        read(
                request,
                line -> {
                    if (line.startsWith("id: ")) {
                        ids.add(line.substring(4));
                    }
                    return ids.isEmpty() || !ids.getLast().endsWith(":" + last);
                });
        return ids;
    }

    /** Reads lines for as long as more are wanted. */
    private static void read(HttpRequest.Builder request, Predicate<String> more) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            var response = client.send(request.build(), BodyHandlers.ofInputStream());
            assertThat(response.headers().firstValue("content-type")).hasValue("text/event-stream");
            BufferedReader lines =
                    new BufferedReader(
                            new InputStreamReader(response.body(), StandardCharsets.UTF_8));
            boolean wanted = true;
            while (wanted) {
                wanted = more.test(lines.readLine());
            }
            response.body().close();
            client.shutdownNow();
        }
    }
}
