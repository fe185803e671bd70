package dev.orrery.api.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.api.ApiFixture;
import dev.orrery.model.JobId;

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
        try (HttpClient client = HttpClient.newHttpClient()) {
            var response = client.send(request.build(), BodyHandlers.ofInputStream());
            assertThat(response.headers().firstValue("content-type")).hasValue("text/event-stream");
            BufferedReader lines =
                    new BufferedReader(
                            new InputStreamReader(response.body(), StandardCharsets.UTF_8));
            while (ids.isEmpty() || !ids.getLast().endsWith(":" + last)) {
                String line = lines.readLine();
                if (line.startsWith("id: ")) {
                    ids.add(line.substring(4));
                }
            }
            response.body().close();
            client.shutdownNow();
        }
        return ids;
    }
}
