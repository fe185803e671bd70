package dev.orrery.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.stream.LongStream;

/** Events by WebSocket and SSE, at a master and at a proxy of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class StreamIT {
    @RegisterExtension final Stage stage = new Stage();

    private final Cluster cluster = new Cluster(stage);
    private Api master;
    private Program proxy;

    @BeforeAll
    void start() {
        master = cluster.master();
        cluster.alone("one", 4);
        proxy = cluster.proxy(0);
    }

    private Api atProxy() {
        return new Api(proxy.uri(), master.token());
    }

    private Conversation talk(URI server) {
        return Conversation.open(master.http(), server, master.token());
    }

    private static boolean isTerminal(JsonNode message) {
        return message.path("terminal").asBoolean();
    }

    private static boolean isDurable(JsonNode message) {
        return message.has("seq") && message.has("at");
    }

    private static List<Long> numbers(List<JsonNode> messages) {
        return messages.stream()
                .filter(StreamIT::isDurable)
                .map(message -> message.path("seq").asLong())
                .toList();
    }

    private static List<Long> fromTo(long first, long last) {
        return LongStream.rangeClosed(first, last).boxed().toList();
    }

    @Test
    void webSocket_deliversEveryEventAndTheTerminalOneLast() {
        for (URI server : List.of(master.uri(), proxy.uri())) {
            // given a subscription from before the end
            String job = master.submitShell("sleep 0.3");
            try (Conversation talk = talk(server)) {
                talk.subscribe("jobs." + job, 0);

                // when
                List<JsonNode> messages = talk.until(StreamIT::isTerminal);

                // then
                long last = master.awaitEnd(job).path("lastSeq").asLong();
                assertThat(numbers(messages)).isEqualTo(fromTo(1, last));
                assertThat(messages.getFirst().path("type").asText()).isEqualTo("welcome");
                assertThat(messages.getLast().path("state").asText()).isEqualTo("SUCCEEDED");
            }
        }
    }

    @Test
    void webSocket_resumesAfterANumber() {
        String job = master.submitShell("true");
        long last = master.awaitEnd(job).path("lastSeq").asLong();
        try (Conversation talk = talk(proxy.uri())) {
            talk.subscribe("jobs." + job, 2);

            List<JsonNode> messages = talk.until(StreamIT::isTerminal);

            assertThat(numbers(messages)).isEqualTo(fromTo(3, last));
        }
    }

    @Test
    void serverSentEvents_resumeAfterANumber() {
        String job = master.submitShell("true");
        long last = master.awaitEnd(job).path("lastSeq").asLong();

        for (Api api : List.of(master, atProxy())) {
            List<JsonNode> whole = Events.durable(api, "jobs." + job, 0);
            List<JsonNode> rest = Events.durable(api, "jobs." + job, 1);

            assertThat(numbers(whole)).isEqualTo(fromTo(1, last));
            assertThat(numbers(rest)).isEqualTo(fromTo(2, last));
        }
    }

    @Test
    void log_isFollowedWhileItGrows() throws IOException {
        for (URI server : List.of(master.uri(), proxy.uri())) {
            // given
            Path go = stage.path("go-" + System.nanoTime());
            String job =
                    master.submitShell(
                            "echo one; until [ -e " + go + " ]; do sleep 0.05; done; echo two");
            try (Conversation talk = talk(server)) {
                talk.subscribe("logs." + job, 0);

                // when
                String first = text(talk.until(message -> isChunk(message, "stdout")));
                Files.createFile(go);
                List<JsonNode> rest =
                        talk.until(message -> message.path("type").asText().equals("end"));

                // then
                assertThat(first).isEqualTo("one\n");
                assertThat(text(rest)).isEqualTo("two\n");
                assertThat(rest.getLast().path("state").asText()).isEqualTo("SUCCEEDED");
            }
        }
    }

    private static boolean isChunk(JsonNode message, String stream) {
        return message.path("type").asText().equals("chunk")
                && message.path("stream").asText().equals(stream);
    }

    private static String text(List<JsonNode> messages) {
        StringBuilder text = new StringBuilder();
        messages.stream()
                .filter(message -> isChunk(message, "stdout"))
                .map(message -> Base64.getDecoder().decode(message.path("data").asText()))
                .forEach(bytes -> text.append(new String(bytes, StandardCharsets.UTF_8)));
        return text.toString();
    }

    @Test
    void clientThatDoesNotAwaitItsWelcome_isHeardAfterIt() {
        for (URI server : List.of(master.uri(), proxy.uri())) {
            try (Conversation talk = Conversation.connect(master.http(), server)) {
                talk.say("{\"op\":\"auth\",\"token\":\"" + master.token() + "\"}");
                talk.say("{\"op\":\"ping\"}");

                List<JsonNode> messages =
                        talk.until(message -> message.path("type").asText().equals("pong"));

                assertThat(messages.getFirst().path("type").asText()).isEqualTo("welcome");
            }
        }
    }

    @Test
    void nodesAndCluster_sendAFirstValueAtOnce() {
        try (Conversation talk = talk(proxy.uri())) {
            talk.subscribe("nodes", 0);
            JsonNode nodes =
                    talk.until(message -> message.path("type").asText().equals("nodes")).getLast();
            talk.subscribe("cluster", 0);
            JsonNode now =
                    talk.until(message -> message.path("type").asText().equals("cluster"))
                            .getLast();

            assertThat(nodes.path("items").path(0).path("name").asText()).isEqualTo("one");
            assertThat(now.path("epoch").asLong()).isPositive();
        }
    }

    @Test
    void strangerWithoutAToken_isTurnedAway() {
        for (URI server : List.of(master.uri(), proxy.uri())) {
            try (Conversation talk = Conversation.open(master.http(), server, "orr_wrong")) {
                assertThat(talk.closeCode()).isEqualTo(4001);
            }
        }
    }

    @Test
    void killedProxy_leavesNoGapForAClientThatComesBack() throws IOException {
        // given a client that has seen the start of a job
        Program mortal = cluster.proxy(0);
        Path go = stage.path("go-" + System.nanoTime());
        String job = master.submitShell("until [ -e " + go + " ]; do sleep 0.05; done");
        long seen;
        try (Conversation talk = talk(mortal.uri())) {
            talk.subscribe("jobs." + job, 0);
            List<JsonNode> start =
                    talk.until(message -> message.path("type").asText().equals("started"));
            seen = start.getLast().path("seq").asLong();
            assertThat(numbers(start)).isEqualTo(fromTo(1, seen));
        }

        // when the proxy dies, the job ends, and the client finds the next proxy at the same port
        int port = mortal.uri().getPort();
        mortal.kill();
        Files.createFile(go);
        master.awaitEnd(job);
        Program next = cluster.proxy(port);

        // then
        try (Conversation talk = talk(next.uri())) {
            talk.subscribe("jobs." + job, seen);
            List<JsonNode> rest = talk.until(StreamIT::isTerminal);
            long last = master.job(job).path("lastSeq").asLong();
            assertThat(numbers(rest)).isEqualTo(fromTo(seen + 1, last));
        }
    }
}
