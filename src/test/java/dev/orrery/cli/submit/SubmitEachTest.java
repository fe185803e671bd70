package dev.orrery.cli.submit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import dev.orrery.cli.ExitCode;
import dev.orrery.cli.FakeServer;
import dev.orrery.cli.Invocation;
import dev.orrery.cli.client.Json;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A job for each line, as the server sees them and the user is told. */
final class SubmitEachTest {

    private static final String BATCH = "POST /jobs:batch";
    private static final String DONE =
            "{\"done\":true,\"lines\":0,\"accepted\":0,\"replayed\":0,\"refused\":0}\n";

    @TempDir Path folder;
    private FakeServer server;

    @BeforeEach
    void start() throws IOException {
        server = new FakeServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static String accepted(int line, int number) {
        return """
        {"line":%d,"id":"id-%d","number":%d,"namespace":"default","state":"QUEUED"}
        """
                .formatted(line, number, number);
    }

    private static String refused(int line, int status) {
        return """
        {"line":%d,"problem":{"status":%d,"code":1005,"field":"command","detail":"not so",\
        "remedy":"do other"}}
        """
                .formatted(line, status);
    }

    private void answers(String... lines) {
        server.bytes(BATCH, (String.join("", lines) + DONE).getBytes(StandardCharsets.UTF_8));
    }

    private Invocation submit(String input, String... more) {
        List<String> args = new ArrayList<>(List.of("submit", "--each"));
        args.addAll(List.of(more));
        return new Invocation().to(server).reading(input).run(args.toArray(String[]::new));
    }

    private List<JsonNode> sent(int request) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : server.asked().get(request).body().split("\n")) {
            lines.add(Json.parse(line));
        }
        return lines;
    }

    @Test
    void everyLine_isAShellCommandWithTheOptions() throws IOException {
        answers(accepted(1, 7), accepted(2, 8));

        Invocation run =
                submit(
                        "echo 1 | wc\n\nexit 3\n",
                        "--name",
                        "n",
                        "--retries",
                        "2",
                        "--label",
                        "a=b");

        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(run.out()).isEqualTo("job 7 (id-7) QUEUED\njob 8 (id-8) QUEUED\n");
        assertThat(run.err()).isEqualTo("orrery: 2 accepted, 0 refused\n");
        List<JsonNode> lines = sent(0);
        assertThat(lines)
                .extracting(it -> it.path("command").asText())
                .containsExactly("echo 1 | wc", "exit 3");
        assertThat(lines)
                .allMatch(it ->
                        it.path("name").asText().equals("n")
                                && it.path("retries").asInt() == 2
                                && it.path("labels").path("a").asText().equals("b"));
        assertThat(lines.get(0).path("idempotencyKey").asText()).endsWith("#1");
        assertThat(lines.get(1).path("idempotencyKey").asText()).endsWith("#3");
    }

    @Test
    void refusedLine_isNamedAndTheOthersAreJobs() {
        answers(accepted(1, 7), refused(2, 400), accepted(3, 8));

        Invocation run = submit("a\nb\nc\n", "-o", "quiet");

        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run.out()).isEqualTo("id-7\nid-8\n");
        assertThat(run.err())
                .isEqualTo(
                        """
                        orrery: line 2: command: not so; do other [1005]
                        orrery: 2 accepted, 1 refused
                        """);
    }

    @Test
    void lineThatIsNotDecided_isSentAgainUnderItsKey() throws IOException {
        answers(accepted(1, 7), refused(2, 429), refused(3, 503));
        answers(accepted(1, 8), accepted(2, 9));

        Invocation run = submit("a\nb\nc\nd\n".replace("d\n", ""), "--idempotency-key", "mine");

        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(run.out()).contains("job 7", "job 8", "job 9");
        assertThat(sent(1))
                .extracting(it -> it.path("idempotencyKey").asText())
                .containsExactly("mine#2", "mine#3");
    }

    @Test
    void answerThatBreaksOff_isAskedForAgain() throws IOException {
        server.brokenBytes(BATCH, accepted(1, 7), 100);
        answers(accepted(1, 7), accepted(2, 8));

        Invocation run = submit("a\nb\n", "-o", "quiet");

        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(run.out()).isEqualTo("id-7\nid-8\n");
        assertThat(sent(1)).isEqualTo(sent(0));
    }

    @Test
    void serverThatTakesNothing_endsItAndSaysWhereToGoOn() {
        answers(refused(1, 503), refused(2, 503));

        Invocation run = submit("\na\nb\n", "--retry-for", "0s");

        assertThat(run.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(run.err())
                .contains("lines from 2 on are not submitted")
                .contains("orrery: 0 accepted, 0 refused\n");
    }

    @Test
    void filesForAll_goBeforeTheLines() throws IOException {
        Path data = Files.writeString(folder.resolve("data.txt"), "shared");
        Path commands = Files.writeString(folder.resolve("commands"), "cat data.txt\n");
        answers(accepted(1, 7));

        Invocation run =
                new Invocation()
                        .to(server)
                        .run("submit", "--input", data.toString(), "--each", commands.toString());

        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
        String body = server.asked().getFirst().body();
        assertThat(body.indexOf("filename=\"data.txt\""))
                .isPositive()
                .isLessThan(body.indexOf("name=\"jobs\""));
    }

    @Test
    void waiting_looksAtTheNewestThatIsNotOverAndShowsWhatFailed() {
        String list = "GET /jobs?namespace=default&state=%s&numbers=7-9&limit=500";
        String live = list.formatted("WAITING%2CQUEUED%2CASSIGNED%2CRUNNING%2CFORWARDED");
        String bad = list.formatted("FAILED%2CCANCELLED%2CEXPIRED");
        String foreign = "{\"id\":\"id-8\",\"number\":8,\"state\":\"FAILED\"}";
        answers(accepted(1, 7), accepted(2, 9));
        server.json(
                live, 200, "{\"items\":[{\"id\":\"id-9\",\"number\":9,\"state\":\"RUNNING\"}]}");
        server.json(live, 200, "{\"items\":[]}");
        server.json(
                "GET /jobs/id-9?namespace=default",
                200,
                "{\"id\":\"id-9\",\"number\":9,\"state\":\"SUCCEEDED\"}");
        server.json(
                bad,
                200,
                "{\"items\":[%s,{\"id\":\"id-7\",\"number\":7,\"state\":\"FAILED\"}]}"
                        .formatted(foreign));

        Invocation run = submit("a\nb\n", "--wait");

        assertThat(run.err()).contains("orrery: 1 succeeded, 1 did not\n");
        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run.out()).contains("FAILED").contains("id-7").doesNotContain("id-8");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "submit --each - -- echo",
                "submit --each - --shell x",
                "submit --each - --script x",
                "submit --each - --stdin -",
                "submit --each /nonexistent/file"
            })
    void whatCannotBeMeant_isRefusedBeforeAnythingIsSent(String line) {
        Invocation run = new Invocation().to(server).reading("a\n").run(line.split(" "));

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(server.asked()).isEmpty();
    }
}
