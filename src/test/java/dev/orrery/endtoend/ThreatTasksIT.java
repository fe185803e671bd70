package dev.orrery.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Threats of docs/security.md that are in what tasks do and secrets reach: T11, T15, T16, T31, T35.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ThreatTasksIT {
    private static final int EX_CONFIGURATION = 78;
    private static final String CANARY = "canary-" + System.nanoTime();

    @RegisterExtension final Stage stage = new Stage();

    private Api api = new Api(URI.create("http://127.0.0.1:1"), "");
    private Optional<Program> server = Optional.empty();

    @BeforeAll
    void start() {
        String data = stage.path("data").toString();
        Program started =
                stage.orrery(
                                Map.of("SECRET", CANARY, "AWS_SECRET_ACCESS_KEY", CANARY),
                                "dev",
                                "--data",
                                data,
                                "--port",
                                "0")
                        .ready();
        server = Optional.of(started);
        api = stage.api(started, "data");
    }

    private String command(String line, String... outputs) {
        ObjectNode job = Api.MAPPER.createObjectNode().put("command", line);
        List.of(outputs).forEach(job.putArray("outputs")::add);
        return api.submit(job.toString());
    }

    /** T11: a link, a pipe, a socket or a device among the outputs leads the collector nowhere. */
    @Test
    void plantedLinks_areNotFollowed() {
        String secret = stage.path("data/admin.token").toString();
        String job =
                command(
                        "ln -s "
                                + secret
                                + " link.out; mkdir d; ln -s "
                                + secret
                                + " d/x.out; ln -s /etc dir; ln -s . loop; mkfifo fifo.out;"
                                + " ln -s /dev/zero zero.out; echo mine > plain.out",
                        "*.out",
                        "d/*.out",
                        "dir/hostname",
                        "dir/*",
                        "loop/loop/plain.out",
                        "**/*.out");

        JsonNode ended = api.awaitEnd(job);

        assertThat(ended.path("outputs").findValuesAsText("name")).allMatch("plain.out"::equals);
        for (JsonNode output : ended.path("outputs")) {
            String path = "/jobs/" + job + "/outputs/" + output.path("name").asText();
            assertThat(api.get(path).text()).isEqualTo("mine\n");
        }
        assertThat(api.get("/jobs/" + job + "/outputs/link.out").status()).isEqualTo(404);
    }

    /** T15: what the server's own environment holds reaches neither a task nor a log. */
    @Test
    void secretsOfTheServer_reachNoTaskAndNoLog() throws IOException {
        String job = command("env; cat /proc/self/environ; echo; env >&2");

        api.awaitEnd(job);

        String seen = api.stdout(job) + api.get("/jobs/" + job + "/logs?stream=stderr").text();
        assertThat(seen).contains("ORRERY_JOB=").doesNotContain(CANARY, api.token(), "oat1.");
        assertThat(server.orElseThrow().err()).doesNotContain(CANARY, api.token(), "oat1.");
        assertThat(api.job(job).toString()).doesNotContain(CANARY, api.token());
    }

    /** T16: names that would act on a terminal, in every command that shows them. */
    @Test
    void namesOfOthers_doNotActOnATerminal() {
        String hostile = "\u009b31m\u202eevil";
        ObjectNode job = Api.MAPPER.createObjectNode().put("name", hostile).put("command", "false");
        job.putObject("labels").put("a", hostile);
        String id = api.submit(job.toString());
        String typed =
                command(
                        "printf '::progress 0.5 \\033]0;x\\007\\033[2J\\n'; touch $(printf"
                                + " 'a\\033[2J')",
                        "*");
        api.awaitEnd(id);
        api.awaitEnd(typed);

        for (List<String> command :
                List.of(
                        List.of("list"),
                        List.of("status", id),
                        List.of("explain", id),
                        List.of("wait", id, "--progress"),
                        List.of("status", typed),
                        List.of("outputs", typed),
                        List.of("status", "\u001b[2J"))) {
            Program shown =
                    stage.orrery(
                            Stream.concat(
                                            Stream.of("--data", stage.path("data").toString()),
                                            command.stream())
                                    .toArray(String[]::new));
            shown.exit();
            String text = (shown.out() + shown.err()).replace("\r\u001b[K", "");
            assertThat(text).as(command.toString()).isNotEmpty();
            assertThat(text).doesNotContain("\u001b", "\u009b", "\u202e", "\u0007");
        }
    }

    /** T16: what a browser gets of a task is a download, whatever it is called. */
    @Test
    void outputsAndLogs_areNoPages() {
        String job = command("echo '<script>alert(1)</script>' | tee x.html", "*.html");
        api.awaitEnd(job);

        for (String path : List.of("/outputs/x.html", "/logs")) {
            Api.Answer answer = api.get("/jobs/" + job + path);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.headers().firstValue("content-type"))
                    .contains("application/octet-stream");
            assertThat(answer.headers().firstValue("x-content-type-options")).contains("nosniff");
            assertThat(answer.headers().firstValue("content-security-policy").orElse(""))
                    .contains("default-src 'none'");
        }
        assertThat(
                        api.get("/jobs/" + job + "/outputs/x.html")
                                .headers()
                                .firstValue("content-disposition")
                                .orElse(""))
                .startsWith("attachment");
    }

    /** T31: a token stands in no address, no argument, no log and no file that others may read. */
    @Test
    void token_isShownNowhere() throws IOException {
        Api.Answer made = api.post("/tokens", "{\"name\":\"canary\",\"role\":\"viewer\"}");
        String token = made.json().path("token").asText();
        String job = command("until [ -e " + stage.path("go") + " ]; do sleep 0.05; done");
        api.awaitState(job, "RUNNING");
        Program follower =
                stage.orrery(
                        Map.of("ORRERY_TOKEN", token, "ORRERY_SERVER", api.uri().toString()),
                        "logs",
                        "-f",
                        job);
        for (String query : List.of("token=", "access_token=", "authorization=Bearer%20")) {
            RawHttp.Reply reply =
                    RawHttp.exchange(
                            api.uri(),
                            "GET /api/v1/jobs?"
                                    + query
                                    + token
                                    + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            assertThat(reply.statuses()).containsExactly(401);
        }

        await().atMost(Duration.ofSeconds(30)).until(() -> !Processes.withArgument(job).isEmpty());
        assertThat(Processes.withArgument(token)).isEmpty();
        assertThat(Processes.withArgument(api.token())).isEmpty();
        stage.write("go", "");
        assertThat(follower.exit()).isZero();
        assertThat(server.orElseThrow().err()).doesNotContain(token, api.token());
        assertThat(api.get("/tokens").text()).doesNotContain(token);
        assertThat(Files.readString(stage.path("data/admin.token"))).contains(api.token());
        try (Stream<Path> all = Files.walk(stage.path("data"), 1)) {
            for (Path file : all.toList()) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .as(file.toString())
                        .isIn("rwx------", "rw-------");
            }
        }
    }

    /** T35: a directory, or a file of it, that others may write. */
    @Test
    void dataThatOthersMayWrite_isNotStartedOn() throws IOException {
        Path data = Files.createDirectory(stage.path("open"));
        Path store = Files.createFile(data.resolve("store.db"));
        Files.setPosixFilePermissions(store, PosixFilePermissions.fromString("rw-rw-rw-"));
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxrwxrwx"));

        Program refused = stage.java("dev", "--data", data.toString(), "--port", "0");

        assertThat(refused.exit()).isEqualTo(EX_CONFIGURATION);
        assertThat(refused.err()).contains("chmod 700 " + data, "chmod 600 " + store);
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
        Files.delete(store);
        assertThat(stage.java("dev", "--data", data.toString(), "--port", "0").ready().isAlive())
                .isTrue();
    }
}
