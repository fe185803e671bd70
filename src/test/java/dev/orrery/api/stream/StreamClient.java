package dev.orrery.api.stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.orrery.api.ApiFixture;

import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A WebSocket client of the tests; it reads only as much as it is told to. */
final class StreamClient implements AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final BlockingQueue<JsonNode> events = new LinkedBlockingQueue<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final HttpClient http = HttpClient.newHttpClient();
    private final WebSocket socket;

    private StreamClient(ApiFixture api, boolean reads) throws Exception {
        socket =
                http.newWebSocketBuilder()
                        .subprotocols("orrery.v1")
                        .buildAsync(
                                java.net.URI.create(
                                        "ws://127.0.0.1:" + api.port() + "/api/v1/stream"),
                                new Listener(reads))
                        .get(10, TimeUnit.SECONDS);
    }

    /** Connects and says nothing. */
    static StreamClient silent(ApiFixture api) throws Exception {
        return new StreamClient(api, true);
    }

    /** Connects and says who it is. */
    static StreamClient open(ApiFixture api, String who) throws Exception {
        StreamClient client = new StreamClient(api, true);
        client.auth(who);
        client.next("welcome");
        return client;
    }

    /** Connects, says who it is, and reads no more than it asks for with {@link #read}. */
    static StreamClient unreading(ApiFixture api, String who) throws Exception {
        StreamClient client = new StreamClient(api, false);
        client.auth(who);
        client.read(1);
        client.next("welcome");
        return client;
    }

    void auth(String who) {
        say("{\"op\":\"auth\",\"token\":\"" + ApiFixture.token(who) + "\"}");
    }

    void say(String message) {
        socket.sendText(message, true).join();
    }

    void subscribe(String topic, long from) {
        say("{\"op\":\"subscribe\",\"topic\":\"" + topic + "\",\"from\":" + from + "}");
    }

    void read(int messages) {
        socket.request(messages);
    }

    /** The next event of a type; others before it are dropped. */
    JsonNode next(String type) throws InterruptedException {
        return upTo(event -> event.path("type").asText().equals(type)).getLast();
    }

    /** All events up to the first that fits. */
    List<JsonNode> upTo(Predicate<JsonNode> last) throws InterruptedException {
        List<JsonNode> all = new ArrayList<>();
        do {
            JsonNode event = events.poll(10, TimeUnit.SECONDS);
            if (event == null) {
                throw new AssertionError("nothing more came after " + all);
            }
            all.add(event);
        } while (!last.test(all.getLast()));
        return all;
    }

    /** The numbers of the durable events up to one. */
    List<Long> sequence(long last) throws InterruptedException {
        return upTo(event -> event.path("seq").asLong() == last && event.has("terminal")).stream()
                .filter(event -> event.has("terminal"))
                .map(event -> event.path("seq").asLong())
                .toList();
    }

    int closeCode() throws Exception {
        return closed.get(15, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        socket.abort();
        http.shutdownNow();
    }

    private final class Listener implements WebSocket.Listener {
        private final boolean reads;
        private final StringBuilder text = new StringBuilder();

        Listener(boolean reads) {
            this.reads = reads;
        }

        @Override
        public void onOpen(WebSocket opened) {
            if (reads) {
                opened.request(Long.MAX_VALUE);
            }
        }

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                try {
                    events.add(MAPPER.readTree(text.toString()));
                } catch (JsonProcessingException e) {
                    throw new IllegalStateException("no JSON: " + text, e);
                }
                text.setLength(0);
            }
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<?> onPing(WebSocket from, ByteBuffer message) {
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            closed.complete(code);
            return CompletableFuture.completedStage(null);
        }

        @Override
        public void onError(WebSocket from, Throwable failure) {
            closed.completeExceptionally(failure);
        }
    }
}
