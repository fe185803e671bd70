package dev.orrery.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.awaitility.core.ConditionTimeoutException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;

/** A client of the HTTP API, as plain as curl. */
public final class Api {
    public static final ObjectMapper MAPPER = new ObjectMapper();
    public static final Set<String> TERMINAL =
            Set.of("SUCCEEDED", "FAILED", "CANCELLED", "EXPIRED");

    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private final HttpClient http;
    private final URI uri;
    private final String token;

    public Api(URI uri, String token) {
        this(
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(Duration.ofSeconds(5))
                        .build(),
                uri,
                token);
    }

    public Api(HttpClient http, URI uri, String token) {
        this.http = http;
        this.uri = uri;
        this.token = token;
    }

    /** An answer with its whole body. */
    public static final class Answer {
        private final HttpResponse<byte[]> response;

        private Answer(HttpResponse<byte[]> response) {
            this.response = response;
        }

        public int status() {
            return response.statusCode();
        }

        public HttpHeaders headers() {
            return response.headers();
        }

        public byte[] body() {
            return response.body();
        }

        public String text() {
            return new String(body(), StandardCharsets.UTF_8);
        }

        public JsonNode json() {
            return parse(text());
        }
    }

    public static JsonNode parse(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(text, e);
        }
    }

    public URI uri() {
        return uri;
    }

    public String token() {
        return token;
    }

    public HttpClient http() {
        return http;
    }

    public HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(uri + path))
                .timeout(Duration.ofSeconds(60))
                .header("Authorization", "Bearer " + token);
    }

    public Answer send(HttpRequest request) throws IOException {
        try {
            return new Answer(http.send(request, BodyHandlers.ofByteArray()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private Answer sendNow(HttpRequest request) {
        try {
            return send(request);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Answer get(String path) {
        return sendNow(request("/api/v1" + path).build());
    }

    public Answer post(String path, String json, String... headers) {
        HttpRequest.Builder request =
                request("/api/v1" + path)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(json));
        return sendNow(headers.length == 0 ? request.build() : request.headers(headers).build());
    }

    public Answer postForm(Form form) {
        return postForm(form.type(), BodyPublishers.ofByteArray(form.body()));
    }

    public Answer postForm(String type, BodyPublisher body) {
        return sendNow(request("/api/v1/jobs").header("Content-Type", type).POST(body).build());
    }

    /** Submits, and gives the id that was answered with 201. */
    public String submit(String json) {
        Answer answer = post("/jobs", json);
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        return answer.json().path("id").asText();
    }

    /** Submits a line for the shell. */
    public String submitShell(String line) {
        return submit(MAPPER.createObjectNode().put("command", line).toString());
    }

    public JsonNode job(String id) {
        Answer answer = get("/jobs/" + id);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return answer.json();
    }

    public JsonNode awaitState(String id, String state) {
        return await("job " + id + " to be " + state)
                .atMost(PATIENCE)
                .ignoreExceptionsInstanceOf(UncheckedIOException.class)
                .until(() -> job(id), job -> job.path("state").asText().equals(state));
    }

    /** Waits for a terminal state; the failure says what the server thinks that the job awaits. */
    public JsonNode awaitEnd(String id) {
        try {
            return await("the end of job " + id)
                    .atMost(PATIENCE)
                    .ignoreExceptionsInstanceOf(UncheckedIOException.class)
                    .until(() -> job(id), job -> TERMINAL.contains(job.path("state").asText()));
        } catch (ConditionTimeoutException late) {
            String state = get("/jobs/" + id + "/explain").text() + get("/nodes").text();
            throw new AssertionError(late.getMessage() + "\n" + state, late);
        }
    }

    public String stdout(String id) {
        return get("/jobs/" + id + "/logs?stream=stdout").text();
    }
}
