package dev.orrery.cli.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;

import dev.orrery.cli.CommandException;
import dev.orrery.cli.ExitCode;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpRetryException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLSocketFactory;

/**
 * Requests to one cluster over HTTP.
 *
 * <p>The server that answered last is asked first. When it does not answer, or has no leader to
 * ask, the others are asked in turn, for as long as {@link Retrying} says: {@link Tries} decides.
 * Usable by several threads.
 *
 * <p>The JDK's older client, because a command lives shorter than the newer one takes to start:
 * that one sets up TLS and its threads before the first request, and this one only when it must.
 */
public final class Client {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    /** Of one read while there is nobody else to ask, or while much is sent or fetched. */
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(45);

    /**
     * Of a short question where another server may know the answer, or of one try. Longer than a
     * server waits for the leader, {@code api.rest.Leader.TIMEOUT}, so that it can still say that
     * there is none.
     */
    static final Duration SHORT_TIMEOUT = Duration.ofSeconds(15);

    /** How late a ping of the server may be, with the events' way to us. */
    private static final Duration PING_SLACK = Duration.ofSeconds(10);

    /** Of events, until a server says that it pings less often than it does by default. */
    private static final Duration EVENTS_TIMEOUT = Duration.ofSeconds(15).plus(PING_SLACK);

    private static final int SHORT_BYTES_MAX = 1 << 20;

    private final Supplier<Optional<Endpoint>> source;
    private final Retrying retrying;
    private final AtomicReference<Place> place;
    private volatile Duration eventsTimeout = EVENTS_TIMEOUT;

    /** A cluster, whom to trust there, and the server that answered last. */
    private record Place(Endpoint endpoint, Optional<SSLSocketFactory> sockets, int current) {

        static Place of(Endpoint endpoint) {
            return new Place(endpoint, endpoint.authority().map(Trust::in), 0);
        }

        URI server() {
            return endpoint.servers().get(current);
        }

        Place next() {
            return new Place(endpoint, sockets, (current + 1) % endpoint.servers().size());
        }
    }

    /** A client that connects at its first request. */
    public Client(Endpoint endpoint) {
        this(endpoint, () -> Optional.of(endpoint), Retrying.DEFAULT);
    }

    /**
     * A client that asks again for a while.
     *
     * @param source is asked again after each failure, as a restarted master may have moved
     */
    public Client(Endpoint endpoint, Supplier<Optional<Endpoint>> source, Retrying retrying) {
        this(new AtomicReference<>(Place.of(endpoint)), source, retrying);
    }

    private Client(
            AtomicReference<Place> place, Supplier<Optional<Endpoint>> source, Retrying retrying) {
        this.place = place;
        this.source = source;
        this.retrying = retrying;
        // What may be sent twice is for us to decide.
        System.setProperty("sun.net.http.retryPost", "false");
    }

    /** The same client, which knows the same servers, with another patience. */
    public Client within(Duration limit) {
        return new Client(place, source, new Retrying(limit, retrying.note()));
    }

    /**
     * Does what reads an answer, again at the next server when the answer breaks off.
     *
     * @param reached how far the reader has come; from where it came further it has all the time
     * @throws UnreachableException when it comes no further until the time is over
     */
    public void repeat(Reader reader, LongSupplier reached) throws IOException {
        Tries tries = tries();
        long before = reached.getAsLong();
        while (true) {
            try {
                reader.read();
                return;
            } catch (WholeAnswer.BrokenOff e) {
                if (reached.getAsLong() > before) {
                    before = reached.getAsLong();
                    tries = tries();
                }
                tries.brokenOff(e);
                moveOn(place.get());
            }
        }
    }

    /** Tries of what may be repeated, with this client's patience. */
    Tries tries() {
        return new Tries(retrying, true);
    }

    /** Lets streams be silent between such pings; whether those that are open may not. */
    boolean awaitPings(Duration pause) {
        Duration needed = pause.plus(PING_SLACK);
        boolean isLonger = needed.compareTo(eventsTimeout) > 0;
        eventsTimeout = isLonger ? needed : eventsTimeout;
        return isLonger;
    }

    /** Asks and reads from the beginning. */
    @FunctionalInterface
    public interface Reader {
        /** Asks and reads once. */
        void read() throws IOException;
    }

    /** The answer's document. */
    public JsonNode get(ApiPath path) {
        return parse(path, exchange(Request.get(path.toString(), Manner.QUESTION), Client::text));
    }

    /** Whether a server answers now. */
    public boolean isAnswered() {
        try {
            within(Duration.ZERO).exchange(Request.get("/healthz", Manner.QUESTION), Client::text);
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
            within(Duration.ZERO).exchange(Request.get("/readyz", Manner.QUESTION), Client::text);
            return Optional.empty();
        } catch (ApiException unwell) {
            return Optional.of(String.valueOf(unwell.getMessage()));
        }
    }

    /** Posts without a body what may be done twice; the document, missing when there is none. */
    public JsonNode post(ApiPath path) {
        return post(path, Body.NONE, Map.of());
    }

    /** Posts a document that may be taken twice, as its headers or its nature make sure. */
    public JsonNode post(ApiPath path, JsonNode body, Map<String, String> headers) {
        return post(path, Body.of(body), headers);
    }

    /** Posts a body that may be taken twice. */
    public JsonNode post(ApiPath path, Body body, Map<String, String> headers) {
        return parse(path, postText(path, body, headers));
    }

    /** Likewise; the whole answer as it came. */
    public String postText(ApiPath path, Body body, Map<String, String> headers) {
        Request request = new Request("POST", path.toString(), headers, body, Manner.QUESTION);
        return exchange(request, Client::text);
    }

    /**
     * Posts what must not be done twice.
     *
     * @throws UnreachableException that is uncertain, when a server may have taken it
     */
    public JsonNode postOnce(ApiPath path, Body body) {
        Request request = new Request("POST", path.toString(), Map.of(), body, Manner.ONCE);
        try {
            return parse(path, exchange(request, Client::text));
        } catch (UnreachableException e) {
            if (e.isUncertain()) {
                moveOn(place.get());
            }
            throw e;
        }
    }

    /** Deletes what the path names; that it is gone after a try without an answer is enough. */
    public void delete(ApiPath path) {
        Request request =
                new Request("DELETE", path.toString(), Map.of(), Body.NONE, Manner.QUESTION);
        try {
            exchange(request, Client::text);
        } catch (ApiException e) {
            if (e.status() != 404 || !e.mayBeDone()) {
                throw e;
            }
        }
    }

    /** The answer's bytes as they come; to be closed. They may be {@link WholeAnswer.BrokenOff}. */
    public InputStream open(ApiPath path) {
        return exchange(Request.get(path.toString(), Manner.BYTES), bytes -> bytes);
    }

    /** Events as they come; to be closed. */
    InputStream openEvents(ApiPath path) {
        return exchange(Request.get(path.toString(), Manner.EVENTS), bytes -> bytes);
    }

    /** How a request is waited for, and whether it may be sent again. */
    private enum Manner {
        /** May be asked of another server. */
        QUESTION,
        /** Takes as long as the bytes take. */
        BYTES,
        /** Never ends, and is never silent for long. */
        EVENTS,
        /** Must not be done twice. */
        ONCE
    }

    private record Request(
            String method, String path, Map<String, String> headers, Body body, Manner manner) {

        static Request get(String path, Manner manner) {
            return new Request("GET", path, Map.of(), Body.NONE, manner);
        }

        Duration timeout(boolean isShort, Duration ofEvents) {
            return switch (manner) {
                case QUESTION ->
                        isShort && body.lengthBytes() <= SHORT_BYTES_MAX
                                ? SHORT_TIMEOUT
                                : READ_TIMEOUT;
                case BYTES, ONCE -> READ_TIMEOUT;
                case EVENTS -> ofEvents;
            };
        }
    }

    /** Reads an answer; what fails here is asked for again. */
    private interface Reading<T> {
        T read(InputStream bytes) throws IOException;
    }

    private <T> T exchange(Request request, Reading<T> reading) {
        Tries tries = new Tries(retrying, request.manner() != Manner.ONCE);
        while (true) {
            Place asked = place.get();
            List<URI> servers = asked.endpoint().servers();
            Tries.Next next;
            try {
                return reading.read(send(asked, request));
            } catch (ApiException e) {
                next = tries.refused(asked.server(), e, servers);
            } catch (IOException e) {
                next = tries.broken(asked.server(), e, servers);
            }
            if (next == Tries.Next.OTHER) {
                moveOn(asked);
            }
        }
    }

    /** Goes to the next server, or to where the cluster is now. */
    private void moveOn(Place asked) {
        Endpoint now = source.get().orElse(asked.endpoint());
        place.set(now.equals(asked.endpoint()) ? asked.next() : Place.of(now));
    }

    private InputStream send(Place asked, Request request) throws IOException {
        Endpoint endpoint = asked.endpoint();
        HttpURLConnection connection =
                (HttpURLConnection)
                        URI.create(asked.server() + request.path())
                                .toURL()
                                .openConnection(Proxy.NO_PROXY);
        if (connection instanceof HttpsURLConnection secured) {
            asked.sockets().ifPresent(secured::setSSLSocketFactory);
        }
        connection.setRequestMethod(request.method());
        connection.setConnectTimeout((int) CONNECT_TIMEOUT.toMillis());
        boolean isShort = endpoint.servers().size() > 1 || retrying.limit().isZero();
        Duration timeout = request.timeout(isShort, eventsTimeout);
        connection.setReadTimeout((int) timeout.toMillis());
        connection.setInstanceFollowRedirects(false);
        connection.setUseCaches(false);
        connection.setRequestProperty("Accept", "*/*");
        endpoint.token()
                .ifPresent(
                        token -> connection.setRequestProperty("Authorization", "Bearer " + token));
        request.headers().forEach(connection::setRequestProperty);
        int status = exchange(connection, request);
        if (status < 0) {
            throw new IOException("the answer is no HTTP");
        }
        if (status >= 300) {
            throw new ApiException(status, problem(connection), retryAfter(connection));
        }
        return new WholeAnswer(connection.getInputStream(), connection.getContentLengthLong());
    }

    /** In seconds; dates are not in use. */
    private static Optional<Duration> retryAfter(HttpURLConnection connection) {
        return Optional.ofNullable(connection.getHeaderField("Retry-After"))
                .filter(text -> text.matches("\\d{1,9}"))
                .map(text -> Duration.ofSeconds(Long.parseLong(text)));
    }

    private static int exchange(HttpURLConnection connection, Request request) throws IOException {
        try {
            // What goes out as a stream, the JDK does not repeat by itself.
            if (!request.method().equals("GET")) {
                write(connection, request.body());
            }
            return connection.getResponseCode();
        } catch (HttpRetryException e) {
            // Of a body that went out in a stream, a 401 is told only so.
            throw new ApiException(e.responseCode(), Json.object(), Optional.empty());
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
        } catch (IOException noDocument) {
            return Json.object();
        }
    }

    private static String text(InputStream stream) throws IOException {
        try (stream) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
