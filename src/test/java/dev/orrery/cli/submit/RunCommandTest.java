package dev.orrery.cli.submit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.cli.CommandException;
import dev.orrery.cli.ExitCode;
import dev.orrery.cli.FakeServer;
import dev.orrery.cli.Invocation;
import dev.orrery.cli.RunningServer;
import dev.orrery.config.Role;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** A task run as if it were here. */
final class RunCommandTest {

    private static final String EVENTS = "GET /events?topic=logs.j&topic=jobs.j&from=0";

    @TempDir Path folder;
    private FakeServer server;

    @BeforeEach
    void start() throws IOException {
        server = new FakeServer();
        server.json("POST /jobs", 201, "{\"id\":\"j\",\"number\":1,\"state\":\"QUEUED\"}");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void output_isWrittenByteForByteToItsStream() {
        byte[] bytes = {0, -1, '\n', 27, '['};
        server.events(
                EVENTS,
                chunk(1, "stdout", 0, bytes),
                chunk(1, "stderr", 0, "warn".getBytes(StandardCharsets.UTF_8)),
                chunk(1, "stdout", 5, bytes),
                "end {\"state\":\"SUCCEEDED\"}");
        ended("SUCCEEDED", "\"exitCode\":0", 10, 4);

        Invocation run = run();

        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(run.outBytes()).containsExactly(0, -1, '\n', 27, '[', 0, -1, '\n', 27, '[');
        assertThat(run.err()).isEqualTo("warn");
    }

    @Test
    void missedChunks_areFetchedAndRepeatedOnesDropped() {
        server.events(
                EVENTS,
                chunk(1, "stdout", 3, "def".getBytes(StandardCharsets.UTF_8)),
                chunk(1, "stdout", 2, "cdefgh".getBytes(StandardCharsets.UTF_8)),
                "end {\"state\":\"SUCCEEDED\"}");
        server.bytes(log("stdout", 0), "abc".getBytes(StandardCharsets.UTF_8));
        server.bytes(log("stdout", 8), "ij".getBytes(StandardCharsets.UTF_8));
        ended("SUCCEEDED", "\"exitCode\":0", 10, 0);

        Invocation run = run();

        assertThat(run.out()).isEqualTo("abcdefghij");
    }

    @Test
    void retriedTask_showsTheOutputOfEachAttempt() {
        server.events(
                EVENTS,
                chunk(1, "stdout", 0, "one ".getBytes(StandardCharsets.UTF_8)),
                chunk(2, "stdout", 0, "two".getBytes(StandardCharsets.UTF_8)),
                "end {\"state\":\"SUCCEEDED\"}");
        server.json(
                "GET /jobs/j",
                200,
                "{\"id\":\"j\",\"state\":\"SUCCEEDED\",\"attempts\":["
                        + "{\"number\":1,\"stdoutBytes\":4,\"stderrBytes\":0},"
                        + "{\"number\":2,\"stdoutBytes\":3,\"stderrBytes\":0}]}");

        Invocation run = run();

        assertThat(run.out()).isEqualTo("one two");
    }

    @Test
    void brokenStream_isTakenUpAgain() {
        server.events(EVENTS, chunk(1, "stdout", 0, "ab".getBytes(StandardCharsets.UTF_8)));
        server.events(
                EVENTS,
                chunk(1, "stdout", 0, "abcd".getBytes(StandardCharsets.UTF_8)),
                "end {\"state\":\"SUCCEEDED\"}");
        server.json("GET /jobs/j", 200, "{\"id\":\"j\",\"state\":\"RUNNING\"}");
        ended("SUCCEEDED", "\"exitCode\":0", 4, 0);

        Invocation run = run();

        assertThat(run.out()).isEqualTo("abcd");
        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "FAILED|\"exitCode\":3|3",
                "FAILED|\"signal\":9,\"reason\":\"signal\"|137",
                "FAILED|\"reason\":\"timeout\",\"signal\":9|124",
                "FAILED|\"reason\":\"outcome-unknown\"|125",
                "EXPIRED|\"reason\":\"deadline\"|125",
                "CANCELLED|\"reason\":\"cancelled\"|130",
                "SUCCEEDED|\"exitCode\":0|0"
            })
    void end_isTheExitCode(String state, String fields, int exitCode) {
        server.events(EVENTS, "end {\"state\":\"%s\"}".formatted(state));
        ended(state, fields, 0, 0);

        assertThat(run().exitCode()).isEqualTo(exitCode);
    }

    @Test
    void ownFailures_exitWith125() throws IOException {
        try (FakeServer refusing = new FakeServer()) {
            refusing.json("POST /jobs", 400, "{\"detail\":\"no\"}");
            Invocation refused = new Invocation().to(refusing).run("run", "--", "true");
            Invocation misunderstood = new Invocation().to(refusing).run("run", "--bad", "--", "x");

            assertThat(refused.exitCode()).isEqualTo(ExitCode.RUN_FAILED);
            assertThat(misunderstood.exitCode()).isEqualTo(ExitCode.RUN_FAILED);
        }
    }

    @Test
    void withoutServer_embedsAClusterInADirectoryOfItsOwn() throws IOException {
        server.events(
                EVENTS,
                chunk(1, "stdout", 0, "hi\n".getBytes(StandardCharsets.UTF_8)),
                "end {\"state\":\"SUCCEEDED\"}");
        ended("SUCCEEDED", "\"exitCode\":0", 3, 0);
        AtomicBoolean stopped = new AtomicBoolean();

        Invocation run =
                new Invocation()
                        .starting((roles, settings) -> {
                            assertThat(roles).containsExactlyInAnyOrder(Role.values());
                            assertThat(settings.server().port()).isZero();
                            Files.writeString(
                                    settings.server().data().resolve("admin.token"),
                                    "orr_embedded\n");
                            return new Embedded(URI.create(server.uri()), stopped);
                        })
                        .run("--data", folder.toString(), "run", "--", "echo", "hi");

        assertThat(run.err()).isEmpty();
        assertThat(run.out()).isEqualTo("hi\n");
        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(stopped).isTrue();
        assertThat(server.asked().getFirst().headers())
                .containsEntry("Authorization", "Bearer orr_embedded");
        try (var runs = Files.list(folder.resolve("runs"))) {
            assertThat(runs)
                    .singleElement()
                    .satisfies(r -> assertThat(r.resolve("run.json")).exists());
        }
    }

    @Test
    void namedServerAway_isNotReplacedByAnEmbeddedOne() {
        Invocation run =
                new Invocation()
                        .starting((roles, settings) -> {
                            throw new CommandException(ExitCode.SOFTWARE, "embedded");
                        })
                        .run(
                                "run",
                                "--server",
                                "http://127.0.0.1:1",
                                "--retry-for",
                                "0s",
                                "--",
                                "true");

        assertThat(run.exitCode()).isEqualTo(ExitCode.RUN_FAILED);
        assertThat(run.err()).contains("no server answers");
    }

    private record Embedded(URI address, AtomicBoolean stopped) implements RunningServer {
        @Override
        public Optional<URI> uri() {
            return Optional.of(address);
        }

        @Override
        public String name() {
            return "test";
        }

        @Override
        public int awaitEnd() {
            return ExitCode.OK;
        }

        @Override
        public void stop() {
            stopped.set(true);
        }
    }

    private Invocation run() {
        return new Invocation().to(server).run("run", "--", "task");
    }

    private void ended(String state, String fields, long stdoutBytes, long stderrBytes) {
        server.json(
                "GET /jobs/j",
                200,
                """
                {"id":"j","state":"%s",%s,"attempts":[
                 {"number":1,"stdoutBytes":%d,"stderrBytes":%d}]}
                """
                        .formatted(state, fields, stdoutBytes, stderrBytes));
    }

    private static String log(String stream, long offset) {
        return "GET /jobs/j/logs?stream=%s&attempt=1&offset=%d".formatted(stream, offset);
    }

    private static String chunk(int attempt, String stream, long offset, byte[] bytes) {
        return "chunk {\"attempt\":%d,\"stream\":\"%s\",\"offset\":%d,\"data\":\"%s\"}"
                .formatted(attempt, stream, offset, Base64.getEncoder().encodeToString(bytes));
    }
}
