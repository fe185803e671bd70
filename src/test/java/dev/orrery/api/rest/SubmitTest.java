package dev.orrery.api.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.api.Answer;
import dev.orrery.api.ApiFixture;
import dev.orrery.api.Form;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/** Submissions: what is accepted, and that what is refused leaves nothing behind. */
final class SubmitTest {
    private static ApiFixture api;

    @BeforeAll
    static void start(@TempDir Path data) throws Exception {
        api =
                new ApiFixture(
                        data,
                        Map.of("limits.bodyBytesMax", "64KiB", "limits.uploadBytesMax", "4MiB"));
    }

    @AfterAll
    static void stop() throws Exception {
        api.close();
    }

    @Test
    void everyField_comesBackAsItWasAsked() throws Exception {
        String json =
                """
                {"name":"all","labels":{"team":"astro"},"command":["sh","-c","true"],
                 "env":{"A":"1"},"stdin":"hi","outputs":["out/*"],
                 "resources":{"cpus":0.5,"memory":"512MiB","gpus":0,"named":{"licence":1}},
                 "priority":7,"deadline":"2099-01-01T00:00:00Z","notBefore":"2098-01-01T00:00:00Z",
                 "timeout":"1h30m","retries":2,"restarts":0,"backoff":2,"backoffMax":"1m",
                 "retention":"1d","constraints":[{"label":"zone","in":["a","b"]}]}
                """;

        Answer accepted = api.post("/api/v1/jobs", json);

        assertThat(accepted.status()).isEqualTo(201);
        assertThat(accepted.text("state")).isEqualTo("WAITING");
        var spec = api.get(accepted.header("location")).json().path("spec");
        assertThat(spec.path("command").toString()).isEqualTo("[\"sh\",\"-c\",\"true\"]");
        assertThat(spec.path("resources").path("cpus").asDouble()).isEqualTo(0.5);
        assertThat(spec.path("resources").path("memory").asLong()).isEqualTo(512L << 20);
        assertThat(spec.path("timeout").asText()).isEqualTo("1h30m");
        assertThat(spec.path("backoff").asText()).isEqualTo("2s");
        assertThat(spec.path("constraints").toString())
                .isEqualTo("[{\"label\":\"zone\",\"in\":[\"a\",\"b\"]}]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    {"comand":"x"}                               | 400 unknown-field comand
                    {"command":"x","resources":{"cpu":1}}        | 400 unknown-field resources.cpu
                    {"command":7}                                | 400 wrong-type command
                    {"command":["x",7]}                          | 400 wrong-type command[1]
                    {"command":null}                             | 400 wrong-type command
                    {"command":"x","env":[]}                     | 400 wrong-type env
                    {"command":"x","retries":1.5}                | 400 wrong-type retries
                    {"command":"x","retries":1001}               | 400 invalid-value retries
                    {"command":"x","retries":1e400}              | 400 invalid-value retries
                    {"command":"x","priority":"high"}            | 400 wrong-type priority
                    {"command":"x","timeout":"soon"}             | 400 invalid-value timeout
                    {"command":"x","timeout":0}                  | 400 invalid-value timeout
                    {"command":"x","env":{"1A":"x"}}             | 400 invalid-value env.1A
                    {"command":"x","outputs":["../x"]}           | 400 invalid-value outputs[0]
                    {"command":"x","outputs":["/etc/passwd"]}    | 400 invalid-value outputs[0]
                    {"command":"x","namespace":"a/b"}            | 400 invalid-value namespace
                    {"command":"a\\u0000b"}                      | 400 invalid-value command
                    {"command":"a\\ud800b"}                      | 400 invalid-value command
                    {"command":["a","\\udc00"]}                  | 400 invalid-value command[1]
                    {"command":"x","name":"\\ud83e"}             | 400 invalid-value name
                    {"command":"x","labels":{"a":"\\ud800"}}     | 400 invalid-value labels.a
                    {"command":"x","labels":{"\\ud800":"a"}}     | 400 invalid-value labels.?
                    {"command":"x","\\ud800":1}                  | 400 unknown-field ?
                    {"command":"x","stdin":"\\ud800"}            | 400 invalid-value stdin
                    {"command":"x","stdin":"\\u0000"}            | 400 invalid-value stdin
                    {"command":"x","env":{"A":"\\u0000"}}        | 400 invalid-value env.A
                    {"command":"x","backoff":"31d"}              | 400 invalid-value backoff
                    {"command":"x","backoff":1e300}              | 400 invalid-value backoff
                    {"command":"x","backoffMax":2592001}         | 400 invalid-value backoffMax
                    {"command":"x","timeout":"36501d"}           | 400 invalid-value timeout
                    {"command":"x","timeout":3153600001}         | 400 invalid-value timeout
                    {"command":"x","retention":"99999999999999d"} | 400 invalid-value retention
                    {"command":"x","notBefore":"2150-01-01T00:00:00Z"}|400 invalid-value notBefore
                    {"command":"x","notBefore":"0000-01-01T00:00:00Z"}|400 invalid-value notBefore
                    {"command":"x","deadline":"9999-12-31T23:59:59Z"}|400 invalid-value deadline
                    {"command":"x","deadline":"2020-01-01T00:00:00Z"}|400 deadline-expired deadline
                    {"command":"x","deadline":"tomorrow"}        | 400 invalid-value deadline
                    {"command":"","resources":{"cpus":1e6}}      | 400 invalid-value command
                    {"command":"x","resources":{"cpus":1e6}}|400 impossible-resources resources.cpus
                    {"command":"x","retention":"30000d"}         | 400 invalid-value retention
                    {"command":"x","constraints":[{"label":"z"}]} | 400 invalid-value constraints[0]
                    {"command":"x","args":["y"]}                 | 400 invalid-value args
                    {"name":"x"}                                 | 400 missing-field command
                    {"command":[]}                               | 400 invalid-value command
                    {"command":"x","command":"y"}                | 400 malformed-body command
                    {"command":"x"} {}                           | 400 malformed-body
                    {"command":"x"                               | 400 malformed-body
                    [1]                                          | 400 wrong-type
                    nonsense                                     | 400 malformed-body
                    """)
    void badJson_namesFieldAndLeavesNothing(String json, String problem) throws Exception {
        String before = api.leftovers();

        Answer refused = api.post("/api/v1/jobs", json);

        assertThat(refused.problem()).isEqualTo(problem);
        assertThat(refused.text("remedy")).isNotEmpty();
        assertThat(api.leftovers()).isEqualTo(before);
    }

    @Test
    void misspeltField_isGuessed() throws Exception {
        assertThat(api.post("/api/v1/jobs", "{\"comand\":\"x\"}").text("remedy"))
                .isEqualTo("did you mean 'command'?");
    }

    @Test
    void deepJson_isRefused() throws Exception {
        String deep = "[".repeat(10_000) + "]".repeat(10_000);

        assertThat(api.post("/api/v1/jobs", "{\"command\":" + deep + "}").status()).isEqualTo(400);
    }

    @Test
    void bodyTooLarge_isRefused() throws Exception {
        String json = "{\"command\":\"" + "x".repeat(100_000) + "\"}";

        assertThat(api.post("/api/v1/jobs", json).problem()).isEqualTo("413 too-large");
    }

    @Test
    void otherMediaType_isRefused() throws Exception {
        Answer refused =
                api.send(
                        api.request("/api/v1/jobs")
                                .header("content-type", "text/plain")
                                .POST(BodyPublishers.ofString("{}")));

        assertThat(refused.problem()).isEqualTo("415 unsupported-media-type Content-Type");
    }

    @Test
    void sameKeyAndBody_givesTheSameJob() throws Exception {
        Answer first = keyed("k1", "{\"command\":\"x\",\"priority\":1}");
        Answer again = keyed("k1", "{ \"priority\": 1.0, \"command\": \"x\" }");
        Answer other = keyed("k1", "{\"command\":\"y\"}");

        assertThat(again.text("id")).isEqualTo(first.text("id"));
        assertThat(again.text("replayed")).isEqualTo("true");
        assertThat(other.problem()).isEqualTo("422 idempotency-mismatch");
    }

    @Test
    void keyWithExpiredDeadline_isLeftToTheScheduler() throws Exception {
        Answer answer = keyed("k2", "{\"command\":\"x\",\"deadline\":\"2020-01-01T00:00:00Z\"}");

        assertThat(answer.status()).isEqualTo(201);
    }

    @Test
    void filesAreKept_andSmallOnesRideAlong() throws Exception {
        Form form =
                new Form()
                        .file(
                                "script",
                                "run.sh",
                                "#!/bin/sh\ncat big\n".getBytes(StandardCharsets.UTF_8))
                        .file("file", "big", new byte[1 << 20])
                        .file("file", "empty", new byte[0])
                        .job("{\"args\":[\"a\"]}")
                        .text("outputs", "a.txt, b/*")
                        .text("priority", "5");

        Answer accepted = api.post("/api/v1/jobs", form);

        assertThat(accepted.status()).as(accepted.body()).isEqualTo(201);
        var job = api.get(accepted.header("location")).json();
        assertThat(job.path("inputs").findValuesAsText("name"))
                .containsExactly("run.sh", "big", "empty");
        assertThat(job.path("inputs").findValuesAsText("sizeBytes"))
                .containsExactly("18", "1048576", "0");
        assertThat(job.path("spec").path("script").asText()).isEqualTo("run.sh");
        assertThat(job.path("spec").path("outputs").toString()).isEqualTo("[\"a.txt\",\"b/*\"]");
        assertThat(job.path("spec").path("priority").asInt()).isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../x",
                "..",
                ".",
                "",
                "/etc/passwd",
                "a/b",
                "a\\\\b",
                "C:\\\\x",
                "..\\\\x",
                "a\u0001b",
                "a\u0000b",
                "a\nb",
                "x\u202ey",
                "a/",
                "\u2028",
                "%22/../x"
            })
    void pathAsFileName_isRefused(String name) throws Exception {
        String before = api.leftovers();

        Answer refused = api.post("/api/v1/jobs", new Form().file("file", name, new byte[1 << 17]));

        assertThat(refused.problem()).isIn("400 invalid-file-name file", "400 malformed-body");
        assertThat(api.leftovers()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "ü.csv", "..%2f..%2fx", "C:x", "...", "-rf", "a%00b", "~"})
    void strangeButPlainFileName_isOnlyData(String name) throws Exception {
        Form form = new Form().job("{\"command\":\"true\"}").file("file", name, new byte[3]);

        Answer accepted = api.post("/api/v1/jobs", form);

        assertThat(accepted.status()).as(accepted.body()).isEqualTo(201);
        assertThat(
                        api.get(accepted.header("location"))
                                .json()
                                .path("inputs")
                                .get(0)
                                .path("name")
                                .asText())
                .isEqualTo(name);
    }

    @Test
    void badForms_leaveNothing() throws Exception {
        String before = api.leftovers();
        byte[] big = new byte[1 << 18];
        Map<Form, String> forms =
                Map.of(
                        new Form().file("file", "a", big).file("file", "a", big),
                        "400 invalid-file-name file",
                        new Form().file("file", "a", big).text("nam", "x"),
                        "400 unknown-field nam",
                        new Form().file("file", "a", big),
                        "400 missing-field command",
                        new Form().file("file", "a", big).job("{\"command\":\"x\",\"x\":1}"),
                        "400 unknown-field x",
                        new Form().file("file", "a", new byte[5 << 20]),
                        "413 too-large",
                        new Form().file("file", "a", big).part("filename=\"x\"", "", big),
                        "400 malformed-body",
                        new Form().file("file", "a", big).raw("nonsense"),
                        "400 malformed-body",
                        new Form().file("file", "a".repeat(256), big),
                        "400 invalid-file-name file");

        for (Map.Entry<Form, String> entry : forms.entrySet()) {
            assertThat(api.post("/api/v1/jobs", entry.getKey()).problem())
                    .isEqualTo(entry.getValue());
        }

        assertThat(api.leftovers()).isEqualTo(before);
    }

    @Test
    void uploadBrokenOffHalfway_leavesNothing() throws Exception {
        String before = api.leftovers();
        Form form = new Form().file("file", "big", new byte[2 << 20]);

        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.port())) {
            byte[] body = form.unfinished();
            String head =
                    String.join(
                            "\r\n",
                            "POST /api/v1/jobs HTTP/1.1",
                            "Host: localhost",
                            "Authorization: Bearer " + ApiFixture.token("admin"),
                            "Content-Type: " + form.contentType(),
                            "Content-Length: " + (body.length + 1000),
                            "",
                            "");
            socket.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().write(body);
            Awaitility.await().until(() -> !api.leftovers().equals(before));
        }

        Awaitility.await().until(() -> api.leftovers().equals(before));
    }

    private static Answer keyed(String key, String json) throws Exception {
        return api.send(
                api.request("/api/v1/jobs")
                        .header("content-type", "application/json")
                        .header("idempotency-key", key)
                        .POST(BodyPublishers.ofString(json)));
    }
}
