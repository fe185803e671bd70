package dev.orrery.api.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import dev.orrery.api.ApiFixture;
import dev.orrery.model.CapturedLog.Stream;
import dev.orrery.model.JobId;
import dev.orrery.protocol.TopicMessage.LogSize;
import dev.orrery.protocol.TopicMessage.TopicEvent;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** The output of a job of several attempts, some of whose workers were lost. */
final class AttemptLogsStreamTest {
    private static ApiFixture api;

    @BeforeAll
    static void start(@TempDir Path data) throws Exception {
        api = new ApiFixture(data, Map.of());
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    @Test
    void whatLostAttemptsShipped_comesBeforeTheOutputOfTheNext() throws Exception {
        JobId job = threeAttempts();
        try (StreamClient client = StreamClient.open(api, "viewer")) {
            client.subscribe("logs." + job, 0);

            assertThat(chunks(client))
                    .containsExactly("1 stdout 0 first", "1 stderr 0 oh", "3 stdout 0 third");
        }
    }

    @Test
    void subscriberFromThePlaceInALostAttempt_getsTheRest() throws Exception {
        JobId job = threeAttempts();
        try (StreamClient client = StreamClient.open(api, "viewer")) {
            client.say(
                    "{\"op\":\"subscribe\",\"topic\":\"logs.%s\",\"attempt\":1,\"stdout\":3}"
                            .formatted(job));
            assertThat(chunks(client))
                    .containsExactly("1 stdout 3 st", "1 stderr 0 oh", "3 stdout 0 third");
        }
        try (StreamClient client = StreamClient.open(api, "viewer")) {
            client.say(
                    "{\"op\":\"subscribe\",\"topic\":\"logs.%s\",\"attempt\":3,\"stdout\":1}"
                            .formatted(job));
            assertThat(chunks(client)).containsExactly("3 stdout 1 hird");
        }
    }

    @Test
    void readerOfARunningAttempt_seesTheNextOnlyAfterItsEnd() throws Exception {
        JobId job = api.submit("{\"command\":\"true\"}");
        api.scheduler().start(job);
        try (StreamClient client = StreamClient.open(api, "viewer")) {
            client.subscribe("logs." + job, 0);
            client.next("subscribed");
            ship(job, Stream.STDOUT, "one");
            grown(job, 3);
            assertThat(text(client.next("chunk"))).isEqualTo("1 stdout 0 one");

            ship(job, Stream.STDOUT, "onetwo");
            api.scheduler().drop(1);
            api.scheduler().lose(job);
            api.scheduler().start(job);
            ship(job, Stream.STDOUT, "again");
            grown(job, 5);
            api.scheduler().end(job, 0, "again!", List.of());

            assertThat(chunks(client))
                    .startsWith("1 stdout 3 two")
                    .allMatch(chunk -> chunk.startsWith("1 ") || chunk.startsWith("2 "))
                    .isSorted();
        }
    }

    private static JobId threeAttempts() throws Exception {
        JobId job = api.submit("{\"command\":\"true\"}");
        api.scheduler().start(job);
        ship(job, Stream.STDOUT, "first");
        ship(job, Stream.STDERR, "oh");
        api.scheduler().lose(job);
        api.scheduler().start(job);
        api.scheduler().lose(job);
        api.scheduler().start(job);
        api.scheduler().end(job, 0, "third", List.of());
        return job;
    }

    private static void ship(JobId job, Stream stream, String text) throws Exception {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        api.logs().append(api.scheduler().attempt(job), stream, 0, bytes);
    }

    private static void grown(JobId job, long bytes) {
        api.scheduler()
                .say(
                        new TopicEvent.LogGrown(
                                new LogSize(api.scheduler().attempt(job), Stream.STDOUT, bytes)));
    }

    private static List<String> chunks(StreamClient client) throws Exception {
        return client.upTo(event -> event.path("type").asText().equals("end")).stream()
                .filter(event -> event.path("type").asText().equals("chunk"))
                .map(AttemptLogsStreamTest::text)
                .toList();
    }

    private static String text(JsonNode chunk) {
        byte[] bytes = Base64.getDecoder().decode(chunk.path("data").asText());
        return "%d %s %d %s"
                .formatted(
                        chunk.path("attempt").asInt(),
                        chunk.path("stream").asText(),
                        chunk.path("offset").asLong(),
                        new String(bytes, StandardCharsets.UTF_8));
    }
}
