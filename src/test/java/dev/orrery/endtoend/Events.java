package dev.orrery.endtoend;

import com.fasterxml.jackson.databind.JsonNode;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A stream of server-sent events, read line by line. */
public final class Events implements AutoCloseable {
    private final HttpResponse<InputStream> response;
    private final BufferedReader lines;

    private Events(HttpResponse<InputStream> response) {
        this.response = response;
        this.lines =
                new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
    }

    /** Subscribes to the events of a topic after the number. */
    public static Events open(Api api, String topic, long from) {
        HttpRequest request =
                api.request("/api/v1/events?topic=" + topic + "&from=" + from)
                        .header("Accept", "text/event-stream")
                        .build();
        try {
            var response = api.http().send(request, BodyHandlers.ofInputStream());
            if (response.statusCode() != 200) {
                String text = new String(response.body().readAllBytes(), StandardCharsets.UTF_8);
                throw new AssertionError(response.statusCode() + " " + text);
            }
            return new Events(response);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The durable events of an ended job after the number, to the last. */
    public static List<JsonNode> durable(Api api, String topic, long from) {
        List<JsonNode> events = new ArrayList<>();
        try (Events stream = open(api, topic, from)) {
            Optional<JsonNode> next = stream.next();
            while (next.isPresent()) {
                if (next.get().has("seq") && next.get().has("at")) {
                    events.add(next.get());
                }
                boolean last = next.get().path("terminal").asBoolean();
                next = last ? Optional.empty() : stream.next();
            }
        }
        return events;
    }

    /** The next event; empty at the end of the stream. */
    public Optional<JsonNode> next() {
        try {
            String line = lines.readLine();
            while (line != null) {
                if (line.startsWith("data:")) {
                    return Optional.of(Api.parse(line.substring("data:".length())));
                }
                line = lines.readLine();
            }
            return Optional.empty();
        } catch (IOException cut) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        try {
            response.body().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
