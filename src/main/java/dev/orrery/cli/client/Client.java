package dev.orrery.cli.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;

import dev.orrery.cli.CommandException;
import dev.orrery.cli.ExitCode;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpRetryException;
import java.net.HttpURLConnection;
import java.net.NoRouteToHostException;
import java.net.Proxy;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLSocketFactory;

/**
 * Requests to one cluster over HTTP.
 *
 * <p>When a server cannot be connected to, the next one of the list is tried and kept. Usable by
 * several threads.
 *
 * <p>The JDK's older client, because a command lives shorter than the newer one takes to start:
 * that one sets up TLS and its threads before the first request, and this one only when it must.
 */
public final class Client {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    /** Of one read; streams of events say something at least every 15 s. */
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(45);

    private final Endpoint endpoint;
    private final Optional<SSLSocketFactory> sockets;
    private volatile int current;

    /** A client that connects at its first request. */
    public Client(Endpoint endpoint) {
        this.endpoint = endpoint;
        this.sockets = endpoint.authority().map(Trust::in);
        // What may be sent twice is for us to decide.
        System.setProperty("sun.net.http.retryPost", "false");
    }

    /** The answer's document. */
    public JsonNode get(ApiPath path) {
        return parse(path, text(open(path)));
    }

    /** Whether a server answers at all. */
    public boolean isAnswered() {
        try {
            text(send(new Request("GET", "/healthz", Map.of(), Body.NONE)));
            return true;
        } catch (ApiException unwell) {
            return true;
        } catch (UnreachableException nobodyThere) {
            return false;
        }
    }

    /** Why the server that answers does not serve; empty when it does. */
    public Optional<String> unreadiness() {
        try {
            text(send(new Request("GET", "/readyz", Map.of(), Body.NONE)));
            return Optional.empty();
        } catch (ApiException unwell) {
            return Optional.of(String.valueOf(unwell.getMessage()));
        }
    }

    /** Posts without a body; the answer's document, or a missing node when there is none. */
    public JsonNode post(ApiPath path) {
        return post(path, Body.NONE, Map.of());
    }

    /** Posts a document. */
    public JsonNode post(ApiPath path, JsonNode body, Map<String, String> headers) {
        return post(path, Body.of(body), headers);
    }

    /** Posts a body. */
    public JsonNode post(ApiPath path, Body body, Map<String, String> headers) {
        return parse(path, text(send(new Request("POST", path.toString(), headers, body))));
    }

    /** Deletes what the path names. */
    public void delete(ApiPath path) {
        text(send(new Request("DELETE", path.toString(), Map.of(), Body.NONE)));
    }

    /** The answer's bytes as they come; to be closed. */
    public InputStream open(ApiPath path) {
        return send(new Request("GET", path.toString(), Map.of(), Body.NONE));
    }

    private record Request(String method, String path, Map<String, String> headers, Body body) {}

    private InputStream send(Request request) {
        List<URI> servers = endpoint.servers();
        for (int tried = 1; ; tried++) {
            int chosen = current;
            try {
                return send(servers.get(chosen), request);
            } catch (IOException e) {
                current = (chosen + 1) % servers.size();
                if (!isRefusal(e) || tried == servers.size()) {
                    String all = String.join(", ", servers.stream().map(URI::toString).toList());
                    throw new UnreachableException(
                            "no server answers at " + all + ": " + reasonOf(e), e);
                }
            }
        }
    }

    private InputStream send(URI server, Request request) throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection)
                        URI.create(server + request.path()).toURL().openConnection(Proxy.NO_PROXY);
        if (connection instanceof HttpsURLConnection secured) {
            sockets.ifPresent(secured::setSSLSocketFactory);
        }
        connection.setRequestMethod(request.method());
        connection.setConnectTimeout((int) CONNECT_TIMEOUT.toMillis());
        connection.setReadTimeout((int) READ_TIMEOUT.toMillis());
        connection.setInstanceFollowRedirects(false);
        connection.setUseCaches(false);
        connection.setRequestProperty("Accept", "*/*");
        endpoint.token()
                .ifPresent(
                        token -> connection.setRequestProperty("Authorization", "Bearer " + token));
        request.headers().forEach(connection::setRequestProperty);
        int status = exchange(connection, request);
        if (status >= 300) {
            throw new ApiException(status, problem(connection));
        }
        return connection.getInputStream();
    }

    private static int exchange(HttpURLConnection connection, Request request) throws IOException {
        try {
            if (!request.method().equals("GET") && !request.method().equals("DELETE")) {
                write(connection, request.body());
            }
            return connection.getResponseCode();
        } catch (HttpRetryException e) {
            // Of a body that went out in a stream, a 401 is told only so.
            throw new ApiException(e.responseCode(), Json.object());
        }
    }

    private static void write(HttpURLConnection connection, Body body) throws IOException {
        connection.setDoOutput(true);
        connection.setFixedLengthStreamingMode(body.lengthBytes());
        if (!body.contentType().isEmpty()) {
            connection.setRequestProperty("Content-Type", body.contentType());
        }
        OutputStream out = connection.getOutputStream();
        try (out) {
            body.writeTo(out);
        } catch (IOException e) {
            // A server that refuses a large body answers before it has read it.
            if (connection.getResponseCode() < 300) {
                throw e;
            }
        }
    }

    /** Whether nothing was sent, so that another server may be asked the same. */
    private static boolean isRefusal(IOException e) {
        return e instanceof ConnectException
                || e instanceof NoRouteToHostException
                || e instanceof UnknownHostException
                || "Connect timed out".equals(e.getMessage());
    }

    private static String reasonOf(IOException e) {
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }

    private static JsonNode parse(ApiPath path, String text) {
        try {
            return Json.parse(text);
        } catch (JsonProcessingException e) {
            throw new CommandException(
                    ExitCode.UNAVAILABLE, "the answer to " + path + " is no JSON", e);
        }
    }

    private static JsonNode problem(HttpURLConnection connection) {
        InputStream error = connection.getErrorStream();
        if (error == null) {
            return Json.object();
        }
        try {
            return Json.parse(text(error));
        } catch (JsonProcessingException noDocument) {
            return Json.object();
        }
    }

    private static String text(InputStream stream) {
        try (stream) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UnreachableException("the answer broke off: " + reasonOf(e), e);
        }
    }
}
