package dev.orrery.cli.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Server-sent events of topics, read one at a time.
 *
 * <p>The stream is over when the server ends it, when the connection breaks, or when not even a
 * ping has come for a while; what is missing then is for the caller to ask for again. So it is when
 * the server says that it pings less often than the client waits: from then on it waits.
 */
public final class EventStream implements AutoCloseable {

    private static final Pattern PINGS = Pattern.compile(": ping every (\\d{1,6}) s");

    private final Client client;
    private final InputStream bytes;
    private final BufferedReader lines;

    private EventStream(Client client, InputStream bytes) {
        this.client = client;
        this.bytes = bytes;
        this.lines = new BufferedReader(new InputStreamReader(bytes, StandardCharsets.UTF_8));
    }

    /**
     * Subscribes.
     *
     * @param from the durable events after this number are delivered
     */
    public static EventStream open(Client client, List<String> topics, long from) {
        ApiPath path = ApiPath.of("events");
        topics.forEach(topic -> path.with("topic", topic));
        return new EventStream(client, client.openEvents(path.with("from", Long.toString(from))));
    }

    /**
     * The next event; empty when the stream is over, which it is too when no master can be asked
     * for what it should carry.
     *
     * @throws ApiException when the server refuses a topic
     */
    public Optional<ServerEvent> next() {
        Optional<ServerEvent> next = read();
        if (next.isEmpty() || !next.get().type().equals("error")) {
            return next;
        }
        JsonNode problem = next.get().content().path("problem");
        int status = problem.path("status").asInt(503);
        if (status == 429 || status >= 500) {
            return Optional.empty();
        }
        throw new ApiException(status, problem, Optional.empty());
    }

    private Optional<ServerEvent> read() {
        String type = "message";
        StringBuilder data = new StringBuilder();
        try {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (isSlow(line)) {
                    return Optional.empty();
                }
                if (line.isEmpty() && !data.isEmpty()) {
                    return Optional.of(new ServerEvent(type, parse(data.toString())));
                } else if (line.isEmpty()) {
                    type = "message";
                } else if (line.startsWith("event:")) {
                    type = valueOf(line);
                } else if (line.startsWith("data:")) {
                    data.append(data.isEmpty() ? "" : "\n").append(valueOf(line));
                }
            }
            return Optional.empty();
        } catch (IOException broken) {
            return Optional.empty();
        }
    }

    /**
     * Whether the line says that there may be silence for longer than this stream may be silent.
     */
    private boolean isSlow(String line) {
        Matcher pings = PINGS.matcher(line);
        return pings.matches()
                && client.awaitPings(Duration.ofSeconds(Long.parseLong(pings.group(1))));
    }

    private static String valueOf(String line) {
        return line.substring(line.indexOf(':') + 1).strip();
    }

    private static JsonNode parse(String data) {
        try {
            return Json.parse(data);
        } catch (JsonProcessingException e) {
            throw new UnreachableException("an event is no JSON", e);
        }
    }

    @Override
    public void close() {
        try {
            bytes.close();
        } catch (IOException alreadyBroken) {
            // Nothing is lost: what was not read is asked for again.
            return;
        }
    }
}
