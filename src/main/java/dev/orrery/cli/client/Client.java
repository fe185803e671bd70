package dev.orrery.cli.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;

import dev.orrery.cli.CommandException;
import dev.orrery.cli.ExitCode;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Requests to one cluster over HTTP.
 *
 * <p>When a server cannot be connected to, the next one of the list is tried and kept. Usable by
 * several threads.
 */
public final class Client implements AutoCloseable {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);

    /** An upload ends by the server's limits; this only bounds a server that never answers. */
    private static final Duration UPLOAD_TIMEOUT = Duration.ofHours(24);

    private static final int PROBLEM_BYTES_MAX = 1 << 16;

    private final Endpoint endpoint;
    private final HttpClient http;
    private volatile int current;

    /** A client that connects at its first request. */
    public Client(Endpoint endpoint) {
        this.endpoint = endpoint;
        HttpClient.Builder builder =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .connectTimeout(CONNECT_TIMEOUT);
        endpoint.authority().map(Trust::in).ifPresent(builder::sslContext);
        this.http = builder.build();
    }

    /** The answer's document. */
    public JsonNode get(ApiPath path) {
        return parse(send(path.toString(), HttpRequest.Builder::GET, REQUEST_TIMEOUT));
    }

    /** The answer's text. */
    public String getText(String path) {
        return text(send(path, HttpRequest.Builder::GET, REQUEST_TIMEOUT));
    }

    /** Posts without a body; the answer's document, or a missing node when there is none. */
    public JsonNode post(ApiPath path) {
        return parse(
                send(
                        path.toString(),
                        request -> request.POST(BodyPublishers.noBody()),
                        REQUEST_TIMEOUT));
    }

    /** Posts a document. */
    public JsonNode post(ApiPath path, JsonNode body, Map<String, String> headers) {
        return post(
                path,
                BodyPublishers.ofString(Json.write(body)),
                "application/json",
                REQUEST_TIMEOUT,
                headers);
    }

    /** Posts a body of several parts, read from the disk as it goes. */
    public JsonNode post(ApiPath path, Multipart body, Map<String, String> headers) {
        return post(path, body.publisher(), body.contentType(), UPLOAD_TIMEOUT, headers);
    }

    private JsonNode post(
            ApiPath path,
            BodyPublisher body,
            String contentType,
            Duration timeout,
            Map<String, String> headers) {
        return parse(
                send(
                        path.toString(),
                        request -> {
                            headers.forEach(request::header);
                            return request.header("Content-Type", contentType).POST(body);
                        },
                        timeout));
    }

    /** Deletes what the path names. */
    public void delete(ApiPath path) {
        text(send(path.toString(), HttpRequest.Builder::DELETE, REQUEST_TIMEOUT));
    }

    /** The answer's bytes as they come; to be closed. */
    public InputStream open(ApiPath path) {
        return send(path.toString(), HttpRequest.Builder::GET, REQUEST_TIMEOUT).body();
    }

    private HttpResponse<InputStream> send(String path, Shape shape, Duration timeout) {
        HttpResponse<InputStream> response = exchange(path, shape, timeout);
        if (response.statusCode() >= 300) {
            throw new ApiException(response.statusCode(), problem(text(response)));
        }
        return response;
    }

    private HttpResponse<InputStream> exchange(String path, Shape shape, Duration timeout) {
        List<URI> servers = endpoint.servers();
        Optional<IOException> failure = Optional.empty();
        for (int tried = 0; tried < servers.size(); tried++) {
            try {
                return exchange(servers.get(current), path, shape, timeout);
            } catch (IOException e) {
                failure = Optional.of(e);
                current = (current + 1) % servers.size();
                if (!isRefusal(e)) {
                    break;
                }
            }
        }
        IOException cause = failure.orElseThrow();
        throw new UnreachableException(
                "no server answers at "
                        + String.join(", ", servers.stream().map(URI::toString).toList())
                        + ": "
                        + reasonOf(cause),
                cause);
    }

    /** How a request is completed: its method, its body and further headers. */
    @FunctionalInterface
    private interface Shape {
        HttpRequest.Builder apply(HttpRequest.Builder request);
    }

    private HttpResponse<InputStream> exchange(
            URI server, String path, Shape shape, Duration timeout) throws IOException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(server + path)).timeout(timeout);
        endpoint.token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
        try {
            return http.send(shape.apply(request).build(), BodyHandlers.ofInputStream());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException(ExitCode.FAILED, "interrupted", e);
        }
    }

    /** Whether nothing was sent, so that another server may be asked the same. */
    private static boolean isRefusal(IOException e) {
        return e instanceof java.net.ConnectException
                || e instanceof java.net.http.HttpConnectTimeoutException;
    }

    private static String reasonOf(IOException e) {
        if (e instanceof java.net.ConnectException) {
            return "connection refused";
        }
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }

    private static JsonNode parse(HttpResponse<InputStream> response) {
        String text = text(response);
        try {
            return Json.parse(text);
        } catch (JsonProcessingException e) {
            throw new CommandException(
                    ExitCode.UNAVAILABLE, "the server at " + response.uri() + " speaks no JSON", e);
        }
    }

    private static JsonNode problem(String text) {
        try {
            String head = text.substring(0, Math.min(text.length(), PROBLEM_BYTES_MAX));
            return Json.parse(head);
        } catch (JsonProcessingException noDocument) {
            return Json.object();
        }
    }

    private static String text(HttpResponse<InputStream> response) {
        try (InputStream body = response.body()) {
            return new String(body.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UnreachableException("the answer broke off: " + reasonOf(e), e);
        }
    }

    /** Ends all exchanges at once. */
    @Override
    public void close() {
        http.shutdownNow();
    }
}
