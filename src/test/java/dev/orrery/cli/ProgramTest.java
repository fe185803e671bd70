package dev.orrery.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the command line understands, and how failures become exit codes. */
final class ProgramTest {

    @TempDir Path folder;

    @Test
    void nothingAsked_showsHowToAsk() {
        Invocation none = new Invocation().run();
        Invocation help = new Invocation().run("--help");

        assertThat(none.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(help.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(help.out()).contains("submit", "status", "worker", "Exit codes:");
    }

    @Test
    void unknownCommand_suggestsTheNearest() {
        Invocation run = new Invocation().run("stauts");

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("status");
    }

    @ParameterizedTest
    @CsvSource({"401,77", "403,77", "404,1", "409,1", "429,1", "503,69", "500,1"})
    void refusal_hasItsExitCode(int status, int exitCode) throws IOException {
        try (FakeServer server = new FakeServer()) {
            server.json(
                    "GET /jobs/last",
                    status,
                    "{\"code\":7,\"field\":\"f\",\"detail\":\"why\",\"remedy\":\"what to do\"}");

            Invocation run = new Invocation().to(server).run("status", "--retry-for", "0s", "last");

            assertThat(run.exitCode()).isEqualTo(exitCode);
            assertThat(run.err()).isEqualTo("orrery: f: why; what to do [7]\n");
            assertThat(run.out()).isEmpty();
        }
    }

    @Test
    void nobodyListening_isUnavailable() throws IOException {
        String uri;
        try (FakeServer server = new FakeServer()) {
            uri = server.uri();
        }

        Invocation run = new Invocation().run("status", "--server", uri, "--retry-for", "0s");

        assertThat(run.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(run.err()).contains("no server answers at " + uri);
    }

    @Test
    void firstServerAway_asksTheSecond() throws IOException {
        String away;
        try (FakeServer server = new FakeServer()) {
            away = server.uri();
        }
        try (FakeServer server = new FakeServer()) {
            server.json("GET /nodes", 200, "{\"items\":[]}");

            Invocation run = new Invocation().run("nodes", "--server", away + "," + server.uri());

            assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
        }
    }

    @Test
    void textOfAServer_doesNotActOnTheTerminal() throws IOException {
        try (FakeServer server = new FakeServer()) {
            server.json("GET /jobs/last", 409, "{\"detail\":\"one\\u001b[2J\\norrery: two\"}");

            Invocation run = new Invocation().to(server).run("status", "last");

            assertThat(run.err()).contains("one\ufffd[2J").doesNotContain("\u001b", "\norrery:");
        }
    }

    @Test
    void faultOfSeveralLines_isShownInSeveral() throws IOException {
        Path conf = Files.writeString(folder.resolve("conf.yaml"), "server: [\n");

        Invocation run = new Invocation().run("master", "--conf", conf.toString());

        assertThat(run.exitCode()).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(run.err()).startsWith("orrery: " + conf).doesNotContain("\ufffd");
        assertThat(run.err().lines().skip(1)).isNotEmpty().allMatch(it -> it.startsWith("    "));
    }

    @Test
    void dataDirectoryWithoutServer_isUnavailable() {
        Invocation run = new Invocation().run("--data", folder.toString(), "status");

        assertThat(run.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(run.err()).contains("no server is running in " + folder);
    }

    @Test
    void version_isSaidAsTextAndAsJson() {
        assertThat(new Invocation().run("version").out()).startsWith("orrery ");
        assertThat(new Invocation().run("version", "-o", "json").out()).contains("\"version\"");
        assertThat(new Invocation().run("version", "-o", "xml").exitCode())
                .isEqualTo(ExitCode.USAGE);
    }

    @Test
    void completion_knowsTheCommands() {
        Invocation run = new Invocation().run("completion");

        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(run.out()).contains("orrery", "explain", "--idempotency-key");
    }
}
