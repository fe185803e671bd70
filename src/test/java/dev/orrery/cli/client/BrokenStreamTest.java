package dev.orrery.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.cli.ExitCode;
import dev.orrery.cli.FakeServer;
import dev.orrery.cli.Invocation;
import dev.orrery.config.SettingsReader;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Logs and events that break off at one of two servers of a cluster. */
final class BrokenStreamTest {

    private static final String ENDED = "{\"id\":\"j\",\"state\":\"SUCCEEDED\",\"round\":1}";
    private static final String EVENTS = "GET /events?topic=logs.j&topic=jobs.j&from=";

    private FakeServer one;
    private FakeServer two;

    @BeforeEach
    void start() throws IOException {
        one = new FakeServer();
        two = new FakeServer();
    }

    @AfterEach
    void stop() {
        one.close();
        two.close();
    }

    @Test
    void logThatBreaksOff_goesOnByItsOffsetAtTheOther() {
        String log = "/jobs/j/logs?stream=stdout&attempt=1&offset=";
        one.json("GET /jobs/j", 200, ENDED).brokenBytes("GET " + log + 0, "ab\0", 5);
        two.bytes("GET " + log + 3, "cd\n".getBytes(StandardCharsets.ISO_8859_1));

        Invocation run = invoke("logs", "j", "--stream", "stdout");

        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(run.out()).isEqualTo("ab\0cd\n");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void logThatBreaksOffAgainAndAgain_hasAllTheTimeAfterEachByte() {
        String log = "GET /jobs/j/logs?stream=stdout&attempt=1&offset=";
        one.json("GET /jobs/j", 200, ENDED);
        for (int i = 0; i < 12; i++) {
            (i % 2 == 0 ? one : two).brokenBytes(log + i, "x", 5);
        }
        one.bytes(log + 12, "y".getBytes(StandardCharsets.ISO_8859_1));

        Invocation run = invoke("logs", "j", "--stream", "stdout", "--retry-for", "1s");

        assertThat(run.out()).isEqualTo("x".repeat(12) + "y");
        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
    }

    @Test
    void logThatComesNoFurther_isGivenUp() {
        String log = "GET /jobs/j/logs?stream=stdout&attempt=1&offset=";
        one.json("GET /jobs/j", 200, ENDED)
                .brokenBytes(log + 0, "x", 5)
                .brokenBytes(log + 1, "", 5);
        two.brokenBytes(log + 1, "", 5);

        Invocation run = invoke("logs", "j", "--stream", "stdout", "--retry-for", "1s");

        assertThat(run.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(run.err()).contains("broke off");
    }

    @Test
    void downloadThatBreaksOffAgainAndAgain_hasAllTheTimeAfterEachStep(@TempDir Path folder) {
        one.json("GET /jobs/j", 200, ENDED);
        one.json("GET /jobs/j/outputs", 200, "{\"items\":[{\"name\":\"a\",\"sizeBytes\":9}]}");
        for (int i = 1; i <= 12; i++) {
            (i % 2 == 1 ? one : two).brokenBytes("GET /jobs/j/outputs/a", "x".repeat(i), 5);
        }
        one.bytes("GET /jobs/j/outputs/a", "all of it".getBytes(StandardCharsets.UTF_8));

        Invocation run =
                invoke("outputs", "j", "--download", folder.toString(), "--retry-for", "1s");

        assertThat(run.err()).isEmpty();
        assertThat(folder.resolve("a")).hasContent("all of it");
        assertThat(folder).isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void streamThatPingsSeldom_isAskedForAgainAndWaitedForLonger() {
        Client client = clientOfStreamPinging(600);

        assertThat(firstOf(client)).as("it would be taken for broken before a ping").isEmpty();
        assertThat(firstOf(client)).hasValueSatisfying(it -> assertThat(it.isTerminal()).isTrue());
        assertThat(client.awaitPings(Duration.ofMinutes(10))).as("it must wait longer").isFalse();
        assertThat(client.awaitPings(Duration.ofSeconds(601))).as("it must wait longer").isTrue();
    }

    @Test
    void streamThatPingsAsUsual_isReadOn() {
        Duration usual = SettingsReader.of(Map.of()).limits().streamPing();
        Client client = clientOfStreamPinging(usual.toSeconds());

        assertThat(firstOf(client)).hasValueSatisfying(it -> assertThat(it.isTerminal()).isTrue());
    }

    private Client clientOfStreamPinging(long seconds) {
        one.pingingEvery(seconds);
        one.events("GET /events?topic=jobs.j&from=2", "ended {\"state\":\"X\",\"terminal\":true}");
        Optional<String> token = Optional.empty();
        return new Client(new Endpoint(List.of(URI.create(one.uri())), token, Optional.empty()));
    }

    private static Optional<ServerEvent> firstOf(Client client) {
        try (EventStream events = EventStream.open(client, List.of("jobs.j"), 2)) {
            return events.next();
        }
    }

    @Test
    void followedLog_goesOnAtTheOtherByteForByte() {
        one.json("GET /jobs/j", 200, "{\"id\":\"j\",\"state\":\"RUNNING\",\"lastSeq\":2}");
        one.events(EVENTS + 2, chunk(0, "abc"));
        one.silence("GET /jobs/j");
        two.json("GET /jobs/j", 200, "{\"id\":\"j\",\"state\":\"RUNNING\",\"lastSeq\":3}");
        two.events(EVENTS + 3, chunk(1, "bcde"), "end {}");
        two.json("GET /jobs/j", 200, "{\"id\":\"j\",\"state\":\"SUCCEEDED\",\"attempts\":[]}");

        Invocation run = invoke("logs", "-f", "j");

        assertThat(run.out()).isEqualTo("abcde");
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
    }

    @Test
    void streamThatSaysThatNoMasterAnswers_isLeftAndAskedForAgain() {
        one.json("GET /jobs/j", 200, "{\"id\":\"j\",\"state\":\"RUNNING\",\"lastSeq\":2}");
        one.json("GET /jobs/j", 200, ENDED);
        one.events(
                "GET /events?topic=jobs.j&from=2",
                "error {\"problem\":{\"status\":503}}",
                "progress {\"fraction\":0.5,\"text\":\"never seen\"}");

        Invocation run = invoke("wait", "--progress", "j");

        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(run.err()).doesNotContain("never seen");
    }

    @Test
    void streamOfATopicThatIsRefused_isTheLastWord() {
        one.json("GET /jobs/j", 200, "{\"id\":\"j\",\"state\":\"RUNNING\",\"lastSeq\":2}");
        one.events(
                "GET /events?topic=jobs.j&from=2",
                "error {\"problem\":{\"status\":404,\"detail\":\"no such job\"}}");

        Invocation run = invoke("wait", "j");

        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run.err()).contains("no such job");
    }

    @Test
    void endOfALogThatIsNotAllThere_isWaitedFor() {
        one.json("GET /jobs/j", 200, "{\"id\":\"j\",\"state\":\"RUNNING\",\"lastSeq\":2}");
        one.events(EVENTS + 2, chunk(0, "ab"), "end {}");
        one.json(
                "GET /jobs/j",
                200,
                "{\"id\":\"j\",\"state\":\"SUCCEEDED\",\"attempts\":"
                        + "[{\"number\":1,\"stdoutBytes\":4,\"stderrBytes\":0}]}");
        String log = "GET /jobs/j/logs?stream=stdout&attempt=1&offset=2";
        one.bytes(log, new byte[0]).bytes(log, "cd".getBytes(StandardCharsets.ISO_8859_1));

        assertThat(invoke("logs", "-f", "j").out()).isEqualTo("abcd");
    }

    private static String chunk(long offset, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return "chunk {\"attempt\":1,\"stream\":\"stdout\",\"offset\":%d,\"data\":\"%s\"}"
                .formatted(offset, Base64.getEncoder().encodeToString(bytes));
    }

    private Invocation invoke(String... args) {
        return new Invocation().with("ORRERY_SERVER", one.uri() + "," + two.uri()).run(args);
    }
}
