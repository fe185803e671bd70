package dev.orrery.api.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import dev.orrery.api.ApiFixture;
import dev.orrery.model.JobId;
import dev.orrery.protocol.Topic;
import dev.orrery.protocol.TopicMessage.TopicEvent;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/** The live stream over WebSocket: who may listen, and that nothing durable is missed. */
final class WebSocketTest {
    private ApiFixture api;

    @BeforeEach
    void start(@TempDir Path data) throws Exception {
        api =
                new ApiFixture(
                        data,
                        Map.of("limits.streamBufferEvents", "100", "limits.streamTopicsMax", "5"));
    }

    @AfterEach
    void stop() throws Exception {
        api.close();
    }

    @Test
    void withoutOrWithAWrongToken_isClosed4001() throws Exception {
        try (StreamClient wrong = StreamClient.silent(api);
                StreamClient early = StreamClient.silent(api);
                StreamClient silent = StreamClient.silent(api)) {
            wrong.auth("nobody");
            early.subscribe("nodes", 0);

            assertThat(wrong.closeCode()).isEqualTo(4001);
            assertThat(early.closeCode()).isEqualTo(4001);
            assertThat(silent.closeCode()).isEqualTo(4001);
        }
    }

    @Test
    void otherOrigin_isRefusedBeforeTheUpgrade() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.port())) {
            socket.setSoTimeout(5_000);
            String request =
                    String.join(
                            "\r\n",
                            "GET /api/v1/stream HTTP/1.1",
                            "Host: localhost",
                            "Upgrade: websocket",
                            "Connection: Upgrade",
                            "Sec-WebSocket-Version: 13",
                            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
                            "Origin: http://evil.example",
                            "",
                            "");
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));

            assertThat(
                            new String(
                                    socket.getInputStream().readNBytes(12),
                                    StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 403");
        }
    }

    @Test
    void subscriber_getsHistoryThenLifeThenTheEnd() throws Exception {
        JobId job = api.submit("{\"command\":\"true\"}");
        try (StreamClient client = StreamClient.open(api, "viewer")) {
            client.subscribe("jobs.last", 0);
            assertThat(client.next("subscribed").path("topic").asText()).isEqualTo("jobs." + job);
            client.next("submitted");

            api.scheduler().start(job);
            api.scheduler().end(job, 7, "", List.of());

            List<JsonNode> events = client.upTo(event -> event.path("terminal").asBoolean());
            assertThat(events)
                    .extracting(event -> event.path("type").asText())
                    .containsExactly("assigned", "started", "attempt-ended");
            assertThat(events.getLast().path("exitCode").asInt()).isEqualTo(7);
            assertThat(events.getLast().path("state").asText()).isEqualTo("FAILED");
        }
    }

    @Test
    void subscriberFromN_getsWhatFollowsOnN() throws Exception {
        JobId job = api.submit("{\"command\":\"true\"}");
        api.scheduler().chatter(job, 700);
        try (StreamClient client = StreamClient.open(api, "viewer")) {
            client.subscribe("jobs." + job, 17);

            assertThat(client.sequence(701))
                    .isEqualTo(LongStream.rangeClosed(18, 701).boxed().toList());
        }
    }

    @Test
    void lostMessages_areRepaired() throws Exception {
        JobId job = api.submit("{\"command\":\"true\"}");
        try (StreamClient client = StreamClient.open(api, "viewer")) {
            client.subscribe("jobs." + job, 0);
            client.next("submitted");

            api.scheduler().drop(5);
            api.scheduler().chatter(job, 6);
            assertThat(client.sequence(7)).containsExactly(2L, 3L, 4L, 5L, 6L, 7L);
            api.scheduler().drop(3);
            api.scheduler().chatter(job, 3);

            assertThat(client.sequence(10)).containsExactly(8L, 9L, 10L);
        }
    }

    @Test
    void manyClients_costOneSubscription() throws Exception {
        JobId job = api.submit("{\"command\":\"true\"}");
        try (StreamClient one = StreamClient.open(api, "viewer");
                StreamClient two = StreamClient.open(api, "admin")) {
            one.subscribe("jobs." + job, 0);
            two.subscribe("jobs." + job, 0);
            one.next("submitted");
            two.next("submitted");

            assertThat(api.scheduler().subscribed()).containsExactly(new Topic.OfJob(job));
            one.say("{\"op\":\"unsubscribe\",\"topic\":\"jobs." + job + "\"}");
            one.next("unsubscribed");
            api.scheduler().chatter(job, 1);
            assertThat(two.sequence(2)).containsExactly(2L);
        }
        api.scheduler().chatter(job, 1);
        int before = api.scheduler().subscriptions();
        Awaitility.await()
                .during(java.time.Duration.ofMillis(2_500))
                .until(() -> api.scheduler().subscriptions() <= before + 1);
    }

    @Test
    void slowClient_isWarnedClosed4008AndResumesWithoutLoss() throws Exception {
        JobId job = api.submit("{\"command\":\"true\",\"name\":\"" + "x".repeat(100) + "\"}");
        try (StreamClient slow = StreamClient.unreading(api, "viewer")) {
            slow.subscribe("jobs." + job, 0);
            slow.read(2);
            slow.next("submitted");

            for (int i = 0; i < 50; i++) {
                api.scheduler().chatter(job, 100, "x".repeat(4000));
            }
            slow.read(Integer.MAX_VALUE);

            assertThat(slow.closeCode()).isEqualTo(4008);
            api.scheduler().end(job, 0, "", List.of());
        }
        try (StreamClient again = StreamClient.open(api, "viewer")) {
            again.subscribe("jobs." + job, 0);

            List<JsonNode> events = again.upTo(event -> event.path("terminal").asBoolean());

            List<Long> sequence =
                    events.stream()
                            .filter(event -> event.has("terminal"))
                            .map(event -> event.path("seq").asLong())
                            .toList();
            assertThat(sequence)
                    .isEqualTo(LongStream.rangeClosed(1, sequence.getLast()).boxed().toList());
        }
    }

    @Test
    void logs_comeByteForByteAndEndAfterTheJob() throws Exception {
        JobId job = api.submit("{\"command\":\"true\"}");
        try (StreamClient client = StreamClient.open(api, "viewer")) {
            client.subscribe("logs." + job, 0);
            client.next("subscribed");
            api.scheduler().start(job);
            String output = "<img src=x onerror=alert(1)>\u0000\u001b[31m ünïcode\n".repeat(300);

            api.scheduler().end(job, 0, output, List.of());

            List<JsonNode> events = client.upTo(event -> event.path("type").asText().equals("end"));
            StringBuilder text = new StringBuilder();
            java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
            for (JsonNode event : events) {
                if (event.path("type").asText().equals("chunk")) {
                    assertThat(event.path("offset").asLong()).isEqualTo(bytes.size());
                    bytes.writeBytes(Base64.getDecoder().decode(event.path("data").asText()));
                }
            }
            text.append(bytes.toString(StandardCharsets.UTF_8));
            assertThat(text).hasToString(output);
            assertThat(events.getLast().path("state").asText()).isEqualTo("SUCCEEDED");
        }
    }

    @Test
    void listsAndCluster_comeAtOnceAndOnChange() throws Exception {
        try (StreamClient client = StreamClient.open(api, "viewer");
                StreamClient foreign = StreamClient.open(api, "foreign")) {
            client.subscribe("nodes", 0);
            client.subscribe("cluster", 0);
            client.subscribe("jobs", 0);
            foreign.subscribe("jobs", 0);
            assertThat(client.next("nodes").path("items").get(0).path("name").asText())
                    .isEqualTo("w1");
            assertThat(client.next("cluster").path("tasks").has("queued")).isTrue();
            Awaitility.await().until(() -> api.scheduler().subscribed().size() == 4);

            JobId job = api.submit("{\"command\":\"true\",\"name\":\"<b>name\"}");
            api.submit("{\"command\":\"true\",\"namespace\":\"elsewhere\",\"name\":\"theirs\"}");

            JsonNode changed = client.next("job").path("job");
            assertThat(changed.path("id").asText()).isEqualTo(job.toString());
            assertThat(changed.path("name").asText()).isEqualTo("<b>name");
            assertThat(foreign.next("job").path("job").path("name").asText()).isEqualTo("theirs");
        }
    }

    @Test
    void progress_comesLive() throws Exception {
        JobId job = api.submit("{\"command\":\"true\"}");
        api.scheduler().start(job);
        try (StreamClient client = StreamClient.open(api, "viewer")) {
            client.subscribe("jobs." + job, 0);
            client.sequence(3);

            api.scheduler()
                    .say(
                            new TopicEvent.Progress(
                                    api.scheduler().attempt(job), Instant.now(), 0.5, "half"));

            assertThat(client.next("progress").path("fraction").asDouble()).isEqualTo(0.5);
        }
    }

    @Test
    void quietClient_staysWhereAnIdleConnectionIsClosed(@TempDir Path other) throws Exception {
        try (ApiFixture brief = new ApiFixture(other, Map.of("limits.connectionIdle", "1s"));
                StreamClient quiet = StreamClient.open(brief, "viewer");
                Socket idle = new Socket(InetAddress.getLoopbackAddress(), brief.port())) {
            idle.setSoTimeout(20_000);

            assertThat(idle.getInputStream().read()).isEqualTo(-1);

            quiet.say("{\"op\":\"ping\"}");
            assertThat(quiet.next("pong")).isNotNull();
        }
    }

    @Test
    void badMessages_areAnsweredAndForeignJobsAreNotThere() throws Exception {
        JobId job = api.submit("{\"command\":\"true\"}");
        try (StreamClient client = StreamClient.open(api, "foreign")) {
            for (String message :
                    List.of(
                            "nonsense",
                            "{\"op\":\"dance\"}",
                            "{\"op\":\"subscribe\"}",
                            "{\"op\":\"subscribe\",\"topic\":\"weather\"}",
                            "{\"op\":\"subscribe\",\"topic\":\"jobs.last\",\"form\":1}")) {
                client.say(message);
                assertThat(client.next("error").path("problem").path("status").asInt())
                        .isEqualTo(400);
            }
            client.subscribe("jobs." + job, 0);
            assertThat(client.next("error").path("problem").path("status").asInt()).isEqualTo(404);
            client.subscribe("logs." + job, 0);
            assertThat(client.next("error").path("problem").path("status").asInt()).isEqualTo(404);
            client.say("{\"op\":\"ping\"}");
            assertThat(client.next("pong")).isNotNull();
        }
    }

    @Test
    void stoppingNode_closes1012() throws Exception {
        try (StreamClient client = StreamClient.open(api, "viewer")) {
            api.stopServer();

            assertThat(client.closeCode()).isEqualTo(1012);
        }
    }
}
