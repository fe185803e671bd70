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
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Threats of docs/security.md that are in what a submitter sends: T8, T9, T17, T24, T25. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ThreatInputsIT {
    private static final String LIMITS =
            """
            limits:
              uploadBytesMax: 2MiB
              uploadPartsMax: 32
              uploadIdle: 1s
              bodyBytesMax: 256KiB
            """;
    private static final int LARGE = 20_000;
    private static final List<String> HOSTILE =
            List.of(
                    "' OR '1'='1",
                    "'; DROP TABLE jobs; --",
                    "\" OR \"\"=\"",
                    "%' UNION SELECT sha256 FROM tokens --",
                    "1; ATTACH DATABASE '/tmp/x' AS x",
                    "%_%",
                    "\\",
                    "a\r\n{\"level\":\"ERROR\",\"message\":\"forged\"}",
                    "\u001b]0;title\u0007\u001b[2J",
                    "${jndi:ldap://127.0.0.1:1/a}",
                    "%s%n%x",
                    "{}{}",
                    "\u0085\u2028\u202e",
                    "<script>alert(1)</script>",
                    "=cmd|' /C calc'!A0");

    @RegisterExtension final Stage stage = new Stage();

    private Api api = new Api(URI.create("http://127.0.0.1:1"), "");
    private Optional<Program> server = Optional.empty();

    @BeforeAll
    void start() {
        String data = stage.path("data").toString();
        String conf = stage.write("limits.yaml", LIMITS).toString();
        Program started = stage.java("dev", "--data", data, "--port", "0", "-conf", conf).ready();
        server = Optional.of(started);
        api = stage.api(started, "data");
    }

    /** The files of the stage, but those that a server writes as it goes. */
    private Set<String> files(Path below) {
        try (Stream<Path> all = Files.walk(below)) {
            return all.filter(Files::isRegularFile)
                    .map(file -> stage.path("").relativize(file).toString())
                    .filter(name -> !name.matches("program-.*|data/(store|workers|native).*"))
                    .collect(Collectors.toCollection(TreeSet::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Set<String> blobs() {
        return files(stage.path("data").resolve("blobs"));
    }

    /** T8: uploads that are too large, of too many parts, malformed, or that never end. */
    @Test
    void hostileUploads_areRefusedAndLeaveNothing() throws IOException {
        // given
        Set<String> before = blobs();
        byte[] large = new byte[LARGE];
        Form manyParts = new Form();
        Form manyFiles = new Form();
        for (int i = 0; i < 40; i++) {
            manyParts.field("labels", "x");
            manyFiles.file("f" + i, large);
        }

        // when, then each has its refusal
        assertThat(api.postForm(new Form().file("a", new byte[3 << 20])).status()).isEqualTo(413);
        assertThat(api.postForm(manyParts).status()).isBetween(400, 413);
        assertThat(api.postForm(manyFiles).status()).isEqualTo(413);
        assertThat(api.postForm(new Form().file("x".repeat(300), large)).status()).isEqualTo(400);
        assertThat(api.postForm(new Form().file("x".repeat(20_000), large)).status())
                .isBetween(400, 413);
        for (String type :
                List.of(
                        "multipart/form-data",
                        "multipart/form-data; boundary=",
                        "multipart/form-data; boundary=" + "b".repeat(300),
                        "multipart/form-data; boundary=other",
                        "multipart/mixed; boundary=orrery-end-to-end-boundary")) {
            byte[] body = new Form().file("a", large).body();
            assertThat(api.postForm(type, BodyPublishers.ofByteArray(body)).status())
                    .as(type)
                    .isBetween(400, 415);
        }
        assertThat(stalled()).isEqualTo(408);

        await().atMost(Duration.ofSeconds(20)).until(() -> blobs().equals(before));
        assertThat(api.get("/cluster").status()).isEqualTo(200);
    }

    /** The status that ends an upload of which the rest never comes. */
    private int stalled() throws IOException {
        byte[] body = new Form().file("a", new byte[LARGE]).body();
        String head =
                "POST /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                        + api.token()
                        + "\r\nContent-Type: "
                        + new Form().type()
                        + "\r\nContent-Length: "
                        + body.length
                        + "\r\n\r\n";
        try (RawHttp connection = new RawHttp(api.uri())) {
            connection.send(head.getBytes(StandardCharsets.ISO_8859_1));
            connection.send(Arrays.copyOf(body, LARGE / 2));
            return Integer.parseInt(connection.readHead().substring(9, 12));
        }
    }

    /** T9: names that lead out of every directory they are joined to. */
    @Test
    void fileNames_createNothingElsewhere() throws IOException {
        // given
        String nonce = "escaped-" + System.nanoTime();
        List<String> names = new ArrayList<>();
        for (String up : List.of("../", "..\\", "%2e%2e%2f", "..%252f", "./../", "..;/", "")) {
            for (int depth = 1; depth <= 4; depth++) {
                for (String root :
                        List.of("", "tmp/", "/tmp/", "C:\\", "~/", "\\\\?\\", "a/\u0000")) {
                    names.add(up.repeat(depth * 2) + root + nonce);
                }
            }
        }
        names.addAll(List.of("..", ".", "", " ", "...", "x".repeat(4096), "-rf", "a\nb", "CON"));
        Set<String> before = files(stage.path(""));

        // when each is the name of an input of a job that runs
        List<String> jobs = new ArrayList<>();
        for (String name : names) {
            Form form =
                    new Form()
                            .json("{\"command\":\"ls -A | wc -l\",\"outputs\":[\"**\"]}")
                            .file(name, new byte[LARGE]);
            Api.Answer answer = api.postForm(form);
            assertThat(answer.status()).as(name).isIn(201, 400);
            if (answer.status() == 201) {
                jobs.add(answer.json().path("id").asText());
            }
        }
        jobs.forEach(api::awaitEnd);

        // then those taken lay in their workspace, and nothing lies anywhere else
        assertThat(names).hasSizeGreaterThan(200);
        assertThat(jobs).isNotEmpty();
        for (String job : jobs) {
            assertThat(api.stdout(job)).isEqualTo("1\n");
        }
        Set<String> added = files(stage.path(""));
        added.removeAll(before);
        assertThat(added).allMatch(name -> name.matches("data/(blobs|logs)/[0-9a-zA-Z/._-]+"));
        assertThat(added).noneMatch(name -> name.contains(nonce));
        assertThat(Path.of("/tmp", nonce)).doesNotExist();
    }

    /** T17: no input makes a line of the log that is not the server's own. */
    @Test
    void log_isJsonWhateverIsSent() throws IOException {
        for (String text : HOSTILE) {
            ObjectNode job = Api.MAPPER.createObjectNode().put("command", text).put("name", "n");
            job.putObject("env").put("A", text);
            job.putArray("outputs").add("*");
            Api.Answer answer = api.post("/jobs", job.toString());
            assertThat(answer.status()).as(answer.text()).isEqualTo(201);
            api.awaitEnd(answer.json().path("id").asText());
            String raw = text.replace("\n", "\r\n ");
            RawHttp.exchange(
                    api.uri(),
                    "GET /"
                            + URLEncoder.encode(text, StandardCharsets.UTF_8)
                            + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nUser-Agent: "
                            + raw.replaceAll("[^\\x20-\\x7e]", "\u001b")
                            + "\r\n\r\n");
        }

        String log = server.orElseThrow().err();

        assertThat(log.lines())
                .isNotEmpty()
                .allSatisfy(line -> assertThat(Api.parse(line).path("level").asText()).isNotEmpty())
                .noneMatch(line -> line.contains("\u001b"))
                .noneMatch(line -> Api.parse(line).path("message").asText().equals("forged"));
    }

    /** T24: documents made to cost more than they weigh. */
    @Test
    void costlyDocuments_areRefusedAndBlockNothing() {
        String digits = "9".repeat(100_000);
        for (String document :
                List.of(
                        "{\"command\":" + "[".repeat(100_000) + "}",
                        "{\"command\":\"x\",\"priority\":" + digits + "}",
                        "{\"command\":\"x\",\"backoff\":1e" + digits + "}",
                        "{\"command\":\"x\",\"backoff\":\"" + digits + "\"}",
                        "{\"command\":\"x\",\"timeout\":\"" + digits + ".9d\"}",
                        "{\"command\":\"x\",\"resources\":{\"memory\":\"" + digits + "P\"}}",
                        "{\"command\":\"x\",\"outputs\":[\"" + "a/".repeat(60_000) + "..\"]}",
                        "{\"command\":\"x\",\"outputs\":[\"" + "../".repeat(40_000) + "\"]}",
                        "{\"command\":\"x\",\"labels\":{" + collisions() + "}}",
                        "{\"" + "k".repeat(100_000) + "\":1}")) {
            Api.Answer answer = api.post("/jobs", document);
            assertThat(answer.status()).as(document.substring(0, 40)).isEqualTo(400);
        }
        String globs = "**/".repeat(300) + "x";
        ObjectNode job = Api.MAPPER.createObjectNode().put("command", "mkdir -p a/b/c/d/e/f/g/h");
        job.putArray("outputs").add(globs).add("*a*a*a*a*a*a*a*a*a*a*b");
        assertThat(api.awaitEnd(api.submit(job.toString())).path("state").asText())
                .isEqualTo("SUCCEEDED");

        assertThat(server.orElseThrow().err()).doesNotContain("BlockedThreadChecker");
    }

    /** Names of one hash code: Aa and BB, each in 12 places. */
    private static String collisions() {
        List<String> fields = new ArrayList<>();
        for (int i = 0; i < 1 << 12; i++) {
            StringBuilder name = new StringBuilder();
            for (int bit = 0; bit < 12; bit++) {
                name.append((i >> bit & 1) == 0 ? "Aa" : "BB");
            }
            fields.add("\"" + name + "\":\"\"");
        }
        return String.join(",", fields);
    }

    /** T25: texts that would be SQL if they were put into a statement. */
    @Test
    void hostileTexts_areOnlyTexts() {
        // given a job that nobody may find by another's filter
        String job =
                api.submit("{\"command\":\"true\",\"name\":\"plain\",\"labels\":{\"a\":\"b\"}}");
        api.awaitEnd(job);

        for (String text : HOSTILE) {
            String encoded = URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
            for (String query :
                    List.of(
                            "/jobs?name=",
                            "/jobs?namespace=",
                            "/jobs?state=",
                            "/jobs?label=a%3D",
                            "/jobs?label=",
                            "/jobs?cursor=",
                            "/jobs?numbers=",
                            "/jobs?after=",
                            "/jobs?limit=",
                            "/jobs/",
                            "/jobs/last?namespace=",
                            "/events?topic=jobs.")) {
                Api.Answer answer = api.get(query + encoded);
                assertThat(answer.status()).as(query + text).isIn(200, 400, 404);
                if (answer.status() == 200) {
                    assertThat(ids(answer.json())).as(query + text).doesNotContain(job);
                }
            }
            ObjectNode made = Api.MAPPER.createObjectNode().put("command", "true");
            made.putObject("labels").put("a", text);
            assertThat(api.post("/jobs", made.toString()).status()).isIn(201, 400);
            ObjectNode token =
                    Api.MAPPER.createObjectNode().put("name", text).put("role", "viewer");
            assertThat(api.post("/tokens", token.toString()).status()).isEqualTo(400);
        }

        // then what there was is there, and a label is found by its own text only
        assertThat(api.job(job).path("name").asText()).isEqualTo("plain");
        assertThat(ids(api.get("/jobs?label=a%3Db").json())).containsExactly(job);
        assertThat(api.get("/tokens").json().path("items")).hasSize(1);
        String quote = URLEncoder.encode("a=" + HOSTILE.getFirst(), StandardCharsets.UTF_8);
        assertThat(ids(api.get("/jobs?label=" + quote).json())).hasSize(1);
    }

    private static List<String> ids(JsonNode page) {
        return page.path("items").findValuesAsText("id");
    }
}
