package dev.orrery.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** The program at the command line, beside a running server and without one. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class CommandLineIT {
    @RegisterExtension final Stage stage = new Stage();

    @BeforeAll
    void start() {
        String data = stage.path("data").toString();
        stage.orrery("dev", "--data", data, "--port", "0", "--slots", "4", "--name", "one").ready();
    }

    private Program orrery(String... arguments) {
        List<String> all = new ArrayList<>(List.of("--data", stage.path("data").toString()));
        all.addAll(List.of(arguments));
        return stage.orrery(all.toArray(String[]::new));
    }

    /** What the command prints; it must exit with 0. */
    private String ask(String... arguments) {
        Program program = orrery(arguments);
        assertThat(program.exit()).as(program.err()).isZero();
        return program.out();
    }

    private String submit(String... arguments) {
        List<String> all = new ArrayList<>(List.of("submit", "--output", "quiet"));
        all.addAll(List.of(arguments));
        return ask(all.toArray(String[]::new)).strip();
    }

    @Test
    void run_givesOutputByteForByteAndTheExitCode() throws IOException {
        // given a megabyte of anything
        byte[] bytes = new byte[1 << 20];
        new Random(11).nextBytes(bytes);
        Path file = Files.write(stage.path("noise-" + System.nanoTime()), bytes);

        // when
        Program run =
                orrery("run", "--", "sh", "-c", "cat " + file + "; echo complaint >&2; exit 7");

        // then
        assertThat(run.exit()).isEqualTo(7);
        assertThat(run.outBytes()).isEqualTo(bytes);
        assertThat(run.err()).isEqualTo("complaint\n");
    }

    /** Where a shell looks for it, whatever the password file says. */
    @Test
    void launcher_keepsItsDirectoryInTheHomeOfTheShell() {
        Path home = stage.path("home");

        Program run = stage.orrery(Map.of("HOME", home.toString()), "run", "--", "true");

        assertThat(run.exit()).isZero();
        assertThat(home.resolve(".orrery/runs")).isDirectory();
    }

    @Test
    void run_withoutAServer_embedsACluster() {
        String data = stage.path("alone").toString();

        Program good = stage.orrery("--data", data, "run", "--", "echo", "hello  there");
        Program bad = stage.orrery("--data", data, "run", "--", "sh", "-c", "exit 9");

        assertThat(good.exit()).as(good.err()).isZero();
        assertThat(good.out()).isEqualTo("hello  there\n");
        assertThat(good.err()).isEmpty();
        assertThat(bad.exit()).isEqualTo(9);
    }

    @Test
    void run_tellsSignalsTimeoutsAndMissingProgramsApart() {
        Program signal = orrery("run", "--", "sh", "-c", "kill -9 $$");
        Program timeout = orrery("run", "--timeout", "200ms", "--", "sleep", "30");
        Program missing = orrery("run", "--", "/no/such/program");
        Program unclear = orrery("run", "--no-such-option");

        assertThat(signal.exit()).isEqualTo(128 + 9);
        assertThat(timeout.exit()).isEqualTo(124);
        assertThat(missing.exit()).isEqualTo(125);
        assertThat(missing.err()).contains("/no/such/program");
        assertThat(unclear.exit()).isEqualTo(125);
    }

    @Test
    void interruptedRun_cancelsItsTask() {
        String mark = "interrupted-" + System.nanoTime();
        Program run = orrery("run", "--", "sh", "-c", "echo go; sleep 60; :", mark);
        await().atMost(Duration.ofSeconds(30)).until(() -> run.out().equals("go\n"));

        Processes.signal("INT", run.pid());

        assertThat(run.exit()).isEqualTo(130);
        await().atMost(Duration.ofSeconds(15)).until(() -> Processes.withArgument(mark).isEmpty());
    }

    @Test
    void submittedJob_isWaitedForReadAndFetched() throws IOException {
        // given
        Path input = stage.write("in-" + System.nanoTime() + "/words.txt", "b\na\n");
        String job =
                submit(
                        "--name",
                        "sorting",
                        "--input",
                        input.toString(),
                        "--output-glob",
                        "*.out",
                        "--shell",
                        "sort words.txt > sorted.out; echo done");

        // then each command has its part of it
        assertThat(orrery("wait", job).exit()).isZero();
        assertThat(ask("logs", "-f", job)).isEqualTo("done\n");
        assertThat(ask("outputs", job)).contains("sorted.out");
        Path target = stage.path("fetched-" + System.nanoTime());
        ask("outputs", job, "--download", target.toString());
        assertThat(Files.readString(target.resolve("sorted.out"))).isEqualTo("a\nb\n");
        JsonNode status = Api.parse(ask("status", job.substring(0, 13), "--output", "json"));
        assertThat(status.path("id").asText()).isEqualTo(job);
        assertThat(status.path("name").asText()).isEqualTo("sorting");
    }

    @Test
    void logs_areFollowedWhileTheTaskRuns() throws IOException {
        Path go = stage.path("go-" + System.nanoTime());
        String job =
                submit(
                        "--shell",
                        "echo one; until [ -e " + go + " ]; do sleep 0.05; done; echo two");

        Program logs = orrery("logs", "-f", job);
        await().atMost(Duration.ofSeconds(30)).until(() -> logs.out().equals("one\n"));
        Files.createFile(go);

        assertThat(logs.exit()).as(logs.err()).isZero();
        assertThat(logs.out()).isEqualTo("one\ntwo\n");
    }

    @Test
    void waitingJob_isExplainedAndCancelled() {
        String job = submit("--gpus", "3", "--", "true");

        assertThat(ask("explain", job)).contains("gpu");
        ask("cancel", job);
        assertThat(orrery("wait", job).exit()).isEqualTo(1);
        assertThat(ask("status", job)).contains("CANCELLED");
    }

    @Test
    void failedJob_isRetried() {
        Path mark = stage.path("retried-" + System.nanoTime());
        String job = submit("--shell", "[ -e " + mark + " ] || { touch " + mark + "; exit 1; }");
        assertThat(orrery("wait", job).exit()).isEqualTo(1);

        ask("retry", job);

        assertThat(orrery("wait", job).exit()).isZero();
    }

    @Test
    void selectors_nameTheLastARangeAndABeginning() {
        // given three jobs of a namespace
        for (int i = 1; i <= 3; i++) {
            submit("--namespace", "numbered", "--wait", "--", "true");
        }

        // then
        String range = ask("wait", "--namespace", "numbered", "1-3", "--output", "quiet");
        assertThat(range.lines()).hasSize(3).doesNotHaveDuplicates();
        String last = ask("status", "--namespace", "numbered", "last", "--output", "quiet");
        assertThat(last).isEqualTo(range.lines().toList().getLast() + "\n");
        JsonNode listed = Api.parse(ask("list", "--namespace", "numbered", "--output", "json"));
        assertThat(listed).hasSize(3);
    }

    @Test
    void nodes_areDrainedAndResumed() {
        assertThat(ask("nodes")).contains("one").contains("READY");
        assertThat(ask("drain", "one", "--wait")).isEqualTo("one drains\none drained\n");
        assertThat(ask("nodes")).contains("DRAINED");
        assertThat(ask("resume", "one", "--wait")).isEqualTo("one resumes\none ready\n");
        assertThat(ask("nodes")).contains("READY");
    }

    @Test
    void progress_isSaidFromInsideATask() throws IOException {
        Path go = stage.path("go-" + System.nanoTime());
        String orrery = Distribution.java() + " -jar " + stage.jar();
        String job =
                submit(
                        "--shell",
                        "until [ -e " + go + " ]; do " + orrery + " progress 0.25 so far; done");

        Program wait = orrery("wait", job, "--progress");
        await().atMost(Duration.ofSeconds(30)).until(() -> wait.err().contains("25% so far"));
        Files.createFile(go);

        assertThat(wait.exit()).isZero();
        assertThat(ask("logs", job)).startsWith("::progress 0.25 so far\n");
    }

    @Test
    void token_isMadeAndRevoked() {
        String token = ask("token", "create", "reader", "--role", "viewer").strip();
        assertThat(token).matches("orr_[A-Za-z0-9_-]{43}");
        assertThat(ask("token", "list")).contains("reader").doesNotContain(token);
        ask("token", "revoke", "reader");
        assertThat(ask("token", "list")).doesNotContain("reader");
    }

    @Test
    void version_andCompletion_needNoServer() {
        Program version = stage.orrery("--data", stage.path("nobody").toString(), "version");
        Program completion = stage.orrery("completion");
        Program nobody = stage.orrery("--data", stage.path("nobody").toString(), "list");

        assertThat(version.exit()).as(version.err()).isZero();
        assertThat(version.out()).isNotBlank();
        assertThat(completion.exit()).as(completion.err()).isZero();
        assertThat(completion.out()).contains("complete").contains("orrery");
        assertThat(nobody.exit()).isEqualTo(69);
        assertThat(nobody.err()).contains("no server is running");
        assertThat(stage.path("nobody")).doesNotExist();
    }

    @Test
    void standardInput_reachesTheTask() {
        Program run = orrery("run", "--stdin", "-", "--", "cat");
        run.type("typed\n".getBytes(StandardCharsets.UTF_8));

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(run.out()).isEqualTo("typed\n");
    }
}
