package dev.orrery.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A WebSocket conversation of the protocol {@code orrery.v1}, from the client's side. */
public final class Conversation implements AutoCloseable, WebSocket.Listener {
    private static final long PATIENCE_SECONDS = 30;

    private final BlockingQueue<JsonNode> messages = new LinkedBlockingQueue<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final StringBuilder partial = new StringBuilder();
    private Optional<WebSocket> socket = Optional.empty();

    private Conversation() {}

    /** Opens a conversation and says who it is. */
    public static Conversation open(HttpClient http, URI server, String token) {
        Conversation conversation = connect(http, server);
        conversation.say("{\"op\":\"auth\",\"token\":\"" + token + "\"}");
        return conversation;
    }

    /** Opens a conversation and says nothing yet. */
    public static Conversation connect(HttpClient http, URI server) {
        Conversation conversation = new Conversation();
        URI stream =
                URI.create("ws" + server.toString().substring("http".length()) + "/api/v1/stream");
        conversation.socket =
                Optional.of(
                        http.newWebSocketBuilder()
                                .subprotocols("orrery.v1")
                                .buildAsync(stream, conversation)
                                .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                                .join());
        return conversation;
    }

    public void say(String json) {
        socket.orElseThrow().sendText(json, true).join();
    }

    public void subscribe(String topic, long from) {
        say("{\"op\":\"subscribe\",\"topic\":\"" + topic + "\",\"from\":" + from + "}");
    }

    /** The messages up to the first that fits, which is the last of them. */
    public List<JsonNode> until(Predicate<JsonNode> last) {
        List<JsonNode> all = new ArrayList<>();
        while (all.isEmpty() || !last.test(all.getLast())) {
            try {
                JsonNode next = messages.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
                assertThat(next).as("a message after %s; %s", all, closed).isNotNull();
                all.add(next);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
        return all;
    }

    /** The code that the server closed it with. */
    public int closeCode() {
        return closed.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
        partial.append(data);
        if (last) {
            messages.add(Api.parse(partial.toString()));
            partial.setLength(0);
        }
        from.request(1);
        return CompletableFuture.completedStage(data);
    }

    @Override
    public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
        closed.complete(code);
        return CompletableFuture.completedStage(code);
    }

    @Override
    public void onError(WebSocket from, Throwable cut) {
        closed.completeExceptionally(cut);
    }

    @Override
    public void close() {
        socket.ifPresent(WebSocket::abort);
    }
}
