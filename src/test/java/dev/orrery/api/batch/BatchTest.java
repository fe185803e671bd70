package dev.orrery.api.batch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.orrery.api.Answer;
import dev.orrery.api.ApiFixture;
import dev.orrery.api.Contract;
import dev.orrery.api.Form;
import dev.orrery.model.JobId;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Batches of submissions: an answer for each line, in order, and none for the fault of another. */
final class BatchTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String PATH = "/api/v1/jobs:batch";
    private static final int READ_MILLIS = 20_000;

    private ApiFixture api;

    @BeforeEach
    void start(@TempDir Path data) throws Exception {
        api =
                new ApiFixture(
                        data, Map.of("limits.bodyBytesMax", "4KiB", "limits.uploadIdle", "1s"));
    }

    @AfterEach
    void stop() throws Exception {
        api.close();
    }

    private HttpRequest.Builder lines(byte[] body) {
        return api.request(PATH)
                .header("content-type", "application/x-ndjson")
                .POST(BodyPublishers.ofByteArray(body));
    }

    private HttpRequest.Builder lines(String body) {
        return lines(body.getBytes(StandardCharsets.UTF_8));
    }

    /** The lines of an answer, each as the contract says. */
    private List<JsonNode> send(HttpRequest.Builder request) throws Exception {
        Answer answer = api.send(request);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.header("content-type")).isEqualTo("application/x-ndjson");
        List<JsonNode> lines = new ArrayList<>();
        for (String line : answer.body().split("\n")) {
            JsonNode json = MAPPER.readTree(line);
            assertThat(Contract.faults("BatchAnswer", json)).as(line).isEmpty();
            lines.add(json);
        }
        return lines;
    }

    /** {@code 3 invalid-value retries}, {@code 4 accepted}, {@code 5 replayed}. */
    private static String word(JsonNode line) {
        JsonNode problem = line.path("problem");
        if (line.has("done")) {
            return line.path("done").asBoolean() ? "done" : "not done " + slug(problem);
        }
        String word = line.path("replayed").asBoolean() ? "replayed" : "accepted";
        return line.path("line").asText() + " " + (problem.isMissingNode() ? word : slug(problem));
    }

    private static String slug(JsonNode problem) {
        String type = problem.path("type").asText().replace("urn:orrery:problem:", "");
        return (type + " " + problem.path("field").asText()).strip();
    }

    private List<String> words(HttpRequest.Builder request) throws Exception {
        return send(request).stream().map(BatchTest::word).toList();
    }

    @Test
    void badLine_refusesItselfAlone() throws Exception {
        String body =
                """
                {"command":"true"}
                {"comand":"true"}

                {"command":"true","retries":-1}
                nonsense
                {"command":["a","b"],"name":"n"}
                {"command":"true","namespace":"other"}
                {"command":"true","idempotencyKey":"a b"}
                {"command":"%s"}
                {"command":"true","deadline":"2020-01-01T00:00:00Z"}
                {"command":"last"}\
                """
                        .formatted("x".repeat(5_000));

        assertThat(words(lines(body)))
                .containsExactly(
                        "1 accepted",
                        "2 unknown-field comand",
                        "4 invalid-value retries",
                        "5 malformed-body",
                        "6 accepted",
                        "7 accepted",
                        "8 invalid-value idempotencyKey",
                        "9 too-large",
                        "10 deadline-expired deadline",
                        "11 accepted",
                        "done");
    }

    @Test
    void acceptedLine_isThatJob() throws Exception {
        List<JsonNode> lines =
                send(lines("{\"command\":[\"a\",\"b\"],\"labels\":{\"x\":\"y\"}}\n"));

        JsonNode job = api.get("/api/v1/jobs/" + lines.getFirst().path("id").asText()).json();
        assertThat(job.path("number")).isEqualTo(lines.getFirst().path("number"));
        assertThat(job.path("spec").path("command").toString()).isEqualTo("[\"a\",\"b\"]");
        assertThat(job.path("labels").toString()).isEqualTo("{\"x\":\"y\"}");
    }

    @Test
    void bytesThatAreNoText_areNamed() throws Exception {
        byte[] body =
                "{\"command\":\"?\"}\n{\"command\":\"true\"}\n".getBytes(StandardCharsets.UTF_8);
        body[12] = (byte) 0xff;

        List<JsonNode> lines = send(lines(body));

        assertThat(lines.getFirst().path("problem").path("detail").asText())
                .isEqualTo("the line is no UTF-8 text from byte 13 on");
        assertThat(word(lines.get(1))).isEqualTo("2 accepted");
    }

    @Test
    void manyLines_areAnsweredInOrderAndCounted() throws Exception {
        int count = 3_000;
        StringBuilder body = new StringBuilder();
        for (int i = 1; i <= count; i++) {
            body.append(i % 3 == 0 ? "{}\n" : "{\"command\":\"true\"}\n");
        }

        List<JsonNode> lines = send(lines(body.toString()));

        JsonNode last = lines.removeLast();
        assertThat(lines).hasSize(count);
        for (int i = 0; i < count; i++) {
            assertThat(lines.get(i).path("line").asInt()).isEqualTo(i + 1);
            assertThat(lines.get(i).has("problem")).isEqualTo(i % 3 == 2);
        }
        assertThat(last.toString())
                .isEqualTo(
                        "{\"done\":true,\"lines\":3000,\"accepted\":2000,\"replayed\":0,"
                                + "\"refused\":1000}");
    }

    @Test
    void emptyBody_isDone() throws Exception {
        assertThat(words(lines("\n \n"))).containsExactly("done");
    }

    @Test
    void fullQueue_refusesTheLinesThatDoNotFit() throws Exception {
        api.scheduler().room(2);

        assertThat(words(lines("{\"command\":\"a\"}\n".repeat(4))))
                .containsExactly("1 accepted", "2 accepted", "3 too-many", "4 too-many", "done");
    }

    @Test
    void sameLinesUnderAKey_areTheSameJobs() throws Exception {
        String body = "{\"command\":\"a\"}\n\n{\"command\":\"b\",\"idempotencyKey\":\"own\"}\n";

        List<JsonNode> first = send(lines(body).header("idempotency-key", "k"));
        List<JsonNode> again = send(lines(body).header("idempotency-key", "k"));
        List<String> changed =
                words(lines(body.replace("\"b\"", "\"c\"")).header("idempotency-key", "k2"));

        assertThat(first).extracting(BatchTest::word).contains("1 accepted", "3 accepted");
        assertThat(again).extracting(BatchTest::word).contains("1 replayed", "3 replayed");
        assertThat(again.get(0).path("id")).isEqualTo(first.get(0).path("id"));
        assertThat(again.get(2).path("replayed").asInt()).isEqualTo(2);
        assertThat(changed).containsExactly("1 accepted", "3 idempotency-mismatch", "done");
    }

    @Test
    void foreignNamespace_isRefusedForItsLine() throws Exception {
        String body =
                """
                {"command":"a","namespace":"default"}
                {"command":"a"}
                """;
        HttpRequest.Builder request =
                api.request(PATH, "foreign")
                        .header("content-type", "application/x-ndjson")
                        .POST(BodyPublishers.ofString(body));

        assertThat(words(request)).containsExactly("1 forbidden namespace", "2 accepted", "done");
    }

    @Test
    void whatIsNoBatch_isRefusedAsAWhole() throws Exception {
        String line = "{\"command\":\"a\"}\n";

        assertThat(api.post(PATH, line).problem())
                .isEqualTo("415 unsupported-media-type Content-Type");
        assertThat(api.send(lines(line).header("content-encoding", "gzip")).problem())
                .isEqualTo("415 unsupported-media-type Content-Encoding");
        assertThat(api.send(lines(line).header("idempotency-key", "k".repeat(109))).problem())
                .isEqualTo("400 invalid-value Idempotency-Key");
        assertThat(api.leftovers()).startsWith("0 jobs");
    }

    @Test
    void filesBeforeTheLines_areGivenToEachJob() throws Exception {
        byte[] large = new byte[50_000];
        Form form =
                new Form()
                        .file("script", "run.sh", "#!/bin/sh\n".getBytes(StandardCharsets.UTF_8))
                        .file("file", "data.bin", large)
                        .text(
                                "jobs",
                                "{\"args\":[\"1\"]}\n{\"args\":[\"2\"]}\n{\"command\":\"a\"}");

        Answer answer = api.post(PATH, form);

        List<JsonNode> lines = new ArrayList<>();
        for (String line : answer.body().split("\n")) {
            lines.add(MAPPER.readTree(line));
        }
        assertThat(lines)
                .extracting(BatchTest::word)
                .containsExactly("1 accepted", "2 accepted", "3 invalid-value command", "done");
        for (JsonNode line : lines.subList(0, 2)) {
            JsonNode job = api.get("/api/v1/jobs/" + line.path("id").asText()).json();
            assertThat(job.path("inputs").toString()).contains("run.sh").contains("data.bin");
        }
    }

    @Test
    void formWithoutLines_isRefusedAndLeavesNothing() throws Exception {
        String before = api.leftovers();
        Form form = new Form().file("file", "data.bin", new byte[50_000]);

        assertThat(api.post(PATH, form).problem()).isEqualTo("400 missing-field jobs");
        assertThat(api.post(PATH, new Form().text("job", "{}")).problem())
                .isEqualTo("400 unknown-field job");
        assertThat(api.leftovers()).isEqualTo(before);
    }

    @Test
    void partAfterTheLines_isNotTakenAndSaid() throws Exception {
        Form form = new Form().text("jobs", "{\"command\":\"a\"}\n").text("name", "late");

        String[] lines = api.post(PATH, form).body().split("\n");

        assertThat(word(MAPPER.readTree(lines[0]))).isEqualTo("1 accepted");
        assertThat(word(MAPPER.readTree(lines[1]))).isEqualTo("not done malformed-body jobs");
    }

    /** A batch over a socket, whose lines go out and come in as the test says. */
    private final class Talk implements AutoCloseable {
        private final Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.port());
        private final OutputStream out = socket.getOutputStream();
        private final BufferedReader in =
                new BufferedReader(
                        new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));

        Talk() throws Exception {
            socket.setSoTimeout(READ_MILLIS);
            write(
                    "POST "
                            + PATH
                            + " HTTP/1.1\r\nHost: 127.0.0.1:"
                            + api.port()
                            + "\r\nAuthorization: Bearer "
                            + ApiFixture.token("admin")
                            + "\r\nContent-Type: application/x-ndjson\r\n"
                            + "Transfer-Encoding: chunked\r\n\r\n");
        }

        private void write(String text) throws Exception {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
        }

        void send(String piece) throws Exception {
            write(Integer.toHexString(piece.length()) + "\r\n" + piece + "\r\n");
        }

        /** The next line of JSON, whatever stands around it. */
        JsonNode next() throws Exception {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.startsWith("{")) {
                    return MAPPER.readTree(line);
                }
            }
            throw new AssertionError("the answer is over");
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Test
    void line_isAnsweredBeforeTheNextOneComes() throws Exception {
        try (Talk talk = new Talk()) {
            talk.send("{\"command\":\"a\"}\n{\"comm");
            assertThat(word(talk.next())).isEqualTo("1 accepted");

            talk.send("and\":\"b\"}\n");
            assertThat(word(talk.next())).isEqualTo("2 accepted");

            talk.write("0\r\n\r\n");
            assertThat(word(talk.next())).isEqualTo("done");
        }
    }

    @Test
    void silenceOfTheClient_endsTheBatchAndSaysSo() throws Exception {
        try (Talk talk = new Talk()) {
            talk.send("{\"command\":\"a\"}\n{\"command\":\"never whole");
            assertThat(word(talk.next())).isEqualTo("1 accepted");

            assertThat(word(talk.next())).isEqualTo("not done request-timeout");
        }
        assertThat(api.leftovers()).startsWith("1 jobs");
    }

    @Test
    void brokenConnection_keepsWhatWasAnsweredAndNotTheHalfLine() throws Exception {
        JobId accepted;
        try (Talk talk = new Talk()) {
            talk.send("{\"command\":\"a\"}\n{\"command\":\"half\"}");
            accepted = JobId.parse(talk.next().path("id").asText());
        }

        assertThat(api.get("/api/v1/jobs/" + accepted).status()).isEqualTo(200);
        assertThat(words(lines("{\"command\":\"next\"}"))).contains("1 accepted");
        assertThat(api.leftovers()).startsWith("2 jobs");
    }
}
