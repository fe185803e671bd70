package dev.orrery.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** A client of ORION as its users have one: HTTP and the original's contract, and no token. */
final class Orion {
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final String BOUNDARY = "----orion-boundary";

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String base;

    Orion(String url) {
        this.base = url + "/orion/v0.1";
    }

    /** A file to upload. */
    record Upload(String name, String text) {}

    HttpResponse<byte[]> get(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path));
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    HttpResponse<byte[]> send(HttpRequest.Builder request) {
        try {
            return http.send(request.timeout(PATIENCE).build(), BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(base + path));
    }

    static String text(HttpResponse<byte[]> answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    static JsonNode json(HttpResponse<byte[]> answer) {
        return Api.parse(text(answer));
    }

    /** The form of a submission; a part whose text is empty is left out. */
    static String form(String script, String outputs, String requirements, List<Upload> files) {
        StringBuilder form = new StringBuilder();
        field(form, "executableShellScript", script);
        field(form, "outputFiles", outputs);
        field(form, "resourceRequirements", requirements);
        for (Upload file : files) {
            form.append(fileHead(file.name())).append(file.text()).append("\r\n");
        }
        return form.append(formEnd()).toString();
    }

    static String fileHead(String name) {
        return "--"
                + BOUNDARY
                + "\r\nContent-Disposition: form-data; name=\"filename\"; filename=\""
                + name
                + "\"\r\nContent-Type: application/octet-stream\r\n\r\n";
    }

    static String formEnd() {
        return "--" + BOUNDARY + "--\r\n";
    }

    static void field(StringBuilder form, String name, String value) {
        if (!value.isEmpty()) {
            form.append("--")
                    .append(BOUNDARY)
                    .append("\r\nContent-Disposition: form-data; name=\"")
                    .append(name)
                    .append("\"\r\n\r\n")
                    .append(value)
                    .append("\r\n");
        }
    }

    HttpResponse<byte[]> submit(BodyPublisher form) {
        return send(
                request("/submit")
                        .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
                        .POST(form));
    }

    HttpResponse<byte[]> submit(
            String script, String outputs, String requirements, List<Upload> files) {
        return submit(BodyPublishers.ofString(form(script, outputs, requirements, files)));
    }

    /** Submits a script, and gives the id of the task. */
    String task(String script, String outputs, String requirements) {
        HttpResponse<byte[]> answer =
                submit("job.sh", outputs, requirements, List.of(new Upload("job.sh", script)));
        return accepted(answer);
    }

    static String accepted(HttpResponse<byte[]> answer) {
        assertThat(answer.statusCode()).as(text(answer)).isEqualTo(202);
        return json(answer).path("taskId").asText();
    }

    HttpResponse<byte[]> file(String task, String name) {
        String encoded = URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
        return get("/tasks/" + task + "/files?filename=" + encoded);
    }

    JsonNode monitor(String task) {
        HttpResponse<byte[]> answer = get("/tasks/" + task + "/monitor");
        assertThat(answer.statusCode()).as(text(answer)).isEqualTo(200);
        return json(answer);
    }

    JsonNode awaitStatus(String task, String status) {
        return await("task " + task + " to be " + status)
                .atMost(PATIENCE)
                .ignoreExceptionsInstanceOf(UncheckedIOException.class)
                .until(() -> monitor(task), it -> it.path("status").asText().equals(status));
    }

    /** Waits until the task is at a worker, and gives the worker's id. */
    String awaitWorker(String task) {
        return await("task " + task + " to be in the pool")
                .atMost(PATIENCE)
                .until(
                        () -> inColumn("workerPool", task).path("workerId").asText(),
                        id -> !id.isEmpty());
    }

    JsonNode state() {
        HttpResponse<byte[]> answer = get("/get-state");
        assertThat(answer.statusCode()).as(text(answer)).isEqualTo(200);
        return json(answer);
    }

    /** The card of the task in a column of the state; missing when it is not there. */
    JsonNode inColumn(String column, String task) {
        for (JsonNode card : state().path(column)) {
            if (card.path("taskId").asText().equals(task)) {
                return card;
            }
        }
        return Api.MAPPER.missingNode();
    }

    /** The tasks in a column of the state. */
    static List<String> ids(JsonNode state, String column) {
        assertThat(state.path(column).isArray()).as(column).isTrue();
        return state.path(column).findValuesAsText("taskId");
    }

    /** A moment as a client of ORION writes it. */
    static String inDays(int days) {
        return Instant.now().plus(days, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
