package dev.orrery.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A server on loopback that gives prepared answers and remembers what it was asked. */
public final class FakeServer implements AutoCloseable {

    /** What it was asked, with the body as Latin-1 so that no byte is lost. */
    public record Asked(String method, String target, Map<String, String> headers, String body) {}

    /**
     * The body as Latin-1, a character a byte.
     *
     * @param missingBytes how many more are announced than come
     */
    private record Answer(int status, String contentType, String body, long missingBytes) {
        static final Answer SILENCE = new Answer(0, "", "", 0);

        static Answer of(int status, String contentType, byte[] body) {
            return new Answer(status, contentType, new String(body, ISO_8859_1), 0);
        }

        byte[] bytes() {
            return body.getBytes(ISO_8859_1);
        }
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, Queue<Answer>> answers = new HashMap<>();
    private volatile String retryAfter = "";
    private volatile String streamStart = ": ping\n\n";
    private final List<Asked> asked = Collections.synchronizedList(new ArrayList<>());

    /** Starts on any free port. */
    public FakeServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.setExecutor(threads);
        server.start();
    }

    /** Where it listens. */
    public String uri() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Everything asked so far. */
    public List<Asked> asked() {
        return List.copyOf(asked);
    }

    /** Answers the request, by method and target below /api/v1, with JSON; the last one repeats. */
    public FakeServer json(String request, int status, String body) {
        return add(request, status, "application/json", body.getBytes(StandardCharsets.UTF_8));
    }

    /** Answers with bytes. */
    public FakeServer bytes(String request, byte[] body) {
        return add(request, 200, "application/octet-stream", body);
    }

    /** Says at the beginning of each stream that is prepared from now on how often it pings. */
    public FakeServer pingingEvery(long seconds) {
        streamStart = ": ping every " + seconds + " s\nretry: 1000\n\n";
        return this;
    }

    /** Answers with events, written as {@code type data}, and ends the stream. */
    public FakeServer events(String request, String... events) {
        StringBuilder text = new StringBuilder(streamStart);
        for (String event : events) {
            int space = event.indexOf(' ');
            text.append("id: t:1\nevent: ")
                    .append(event, 0, space)
                    .append("\ndata: ")
                    .append(event.substring(space + 1))
                    .append("\n\n");
        }
        byte[] body = text.toString().getBytes(StandardCharsets.UTF_8);
        return add(request, 200, "text/event-stream", body);
    }

    /** Answers with bytes that break off before as many are missing. */
    public FakeServer brokenBytes(String request, String body, long missingBytes) {
        return add(request, new Answer(200, "application/octet-stream", body, missingBytes));
    }

    /** Takes the request and closes the connection. */
    public FakeServer silence(String request) {
        return add(request, Answer.SILENCE);
    }

    /** Says with every refusal after how many seconds to come again. */
    public FakeServer retryAfter(int seconds) {
        retryAfter = Integer.toString(seconds);
        return this;
    }

    private FakeServer add(String request, int status, String contentType, byte[] body) {
        return add(request, Answer.of(status, contentType, body));
    }

    private FakeServer add(String request, Answer answer) {
        synchronized (answers) {
            answers.computeIfAbsent(request, key -> new ArrayDeque<>()).add(answer);
        }
        return this;
    }

    private void answer(HttpExchange exchange) throws IOException {
        String target = exchange.getRequestURI().toString().replaceFirst("^/api/v1", "");
        String method = exchange.getRequestMethod();
        Map<String, String> headers = new HashMap<>();
        exchange.getRequestHeaders()
                .forEach((name, values) -> headers.put(name, values.getFirst()));
        byte[] body = exchange.getRequestBody().readAllBytes();
        asked.add(new Asked(method, target, headers, new String(body, ISO_8859_1)));
        Answer answer = next(method + " " + target);
        if (answer.equals(Answer.SILENCE)) {
            exchange.close();
            return;
        }
        exchange.getResponseHeaders().set("Content-Type", answer.contentType());
        if (answer.status() >= 400 && !retryAfter.isEmpty()) {
            exchange.getResponseHeaders().set("Retry-After", retryAfter);
        }
        long length = answer.bytes().length + answer.missingBytes();
        exchange.sendResponseHeaders(answer.status(), length == 0 ? -1 : length);
        OutputStream out = exchange.getResponseBody();
        out.write(answer.bytes());
        out.flush();
        exchange.close();
    }

    private Answer next(String request) {
        synchronized (answers) {
            Queue<Answer> prepared = answers.get(request);
            if (prepared == null) {
                byte[] problem =
                        "{\"code\":1201,\"detail\":\"not prepared: %s\"}"
                                .formatted(request)
                                .getBytes(StandardCharsets.UTF_8);
                return Answer.of(404, "application/problem+json", problem);
            }
            return prepared.size() > 1 ? prepared.remove() : prepared.element();
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
