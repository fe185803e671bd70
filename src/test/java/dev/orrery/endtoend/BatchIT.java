package dev.orrery.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/** Many jobs in one request against a whole node, whose tasks run no process. */
final class BatchIT {
    private static final String CONFIGURATION =
            "worker:\n  executor: dev.orrery.execution.EmptyExecutor\n";
    private static final int READ_MILLIS = 60_000;

    @RegisterExtension final Stage stage = new Stage();

    private Program dev() {
        String conf = stage.write("empty.yaml", CONFIGURATION).toString();
        String data = stage.path("data").toString();
        return stage.java("dev", "--data", data, "--port", "0", "--slots", "4", "--conf", conf)
                .ready();
    }

    /**
     * Sends so many lines, and reads the answers meanwhile; gives those that came.
     *
     * @param rest lets the second half of the lines go
     */
    private List<JsonNode> batch(Api api, int lines, CountDownLatch rest, Consumer<JsonNode> heard)
            throws Exception {
        List<JsonNode> answers = new ArrayList<>();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.uri().getPort())) {
            socket.setSoTimeout(READ_MILLIS);
            Thread.ofVirtual().start(() -> write(socket, api, lines, rest));
            BufferedReader in =
                    new BufferedReader(
                            new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.startsWith("{")) {
                    JsonNode answer = Api.parse(line);
                    answers.add(answer);
                    heard.accept(answer);
                    if (answer.has("done")) {
                        break;
                    }
                }
            }
        } catch (SocketException broken) {
            assertThat(answers).as("what came before it broke").isNotEmpty();
        } finally {
            rest.countDown();
        }
        return answers;
    }

    private static void write(Socket socket, Api api, int lines, CountDownLatch rest) {
        try {
            OutputStream out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
            out.write(
                    ("POST /api/v1/jobs:batch HTTP/1.1\r\nHost: "
                                    + api.uri().getAuthority()
                                    + "\r\nAuthorization: Bearer "
                                    + api.token()
                                    + "\r\nContent-Type: application/x-ndjson"
                                    + "\r\nIdempotency-Key: the-batch"
                                    + "\r\nTransfer-Encoding: chunked\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            for (int i = 1; i <= lines; i++) {
                if (i > lines / 2 && rest.getCount() > 0) {
                    out.flush();
                    rest.await();
                }
                String line = "{\"command\":[\"nothing\",\"" + i + "\"]}\n";
                out.write(
                        (Integer.toHexString(line.length()) + "\r\n" + line + "\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
            }
            out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            out.flush();
        } catch (IOException | InterruptedException broken) {
            // The reader sees it too, and knows whether it was to be.
            return;
        }
    }

    private static Map<Integer, String> ids(List<JsonNode> answers) {
        Map<Integer, String> ids = new TreeMap<>();
        for (JsonNode answer : answers) {
            if (answer.has("id")) {
                ids.put(answer.path("line").asInt(), answer.path("id").asText());
            }
        }
        return ids;
    }

    private static long succeeded(Api api) {
        return api.get("/cluster").json().path("tasks").path("succeeded").asLong();
    }

    @Test
    void hundredThousandLines_areAnsweredInOrderAndAllEnd() throws Exception {
        int count = 100_000;
        Api api = stage.api(dev(), "data");

        List<JsonNode> answers = batch(api, count, new CountDownLatch(0), _ -> {});

        JsonNode last = answers.removeLast();
        assertThat(last.path("done").asBoolean()).as(last.toString()).isTrue();
        assertThat(last.path("accepted").asInt()).isEqualTo(count);
        for (int i = 0; i < count; i++) {
            assertThat(answers.get(i).path("line").asInt()).isEqualTo(i + 1);
        }
        assertThat(ids(answers).values()).doesNotHaveDuplicates();
        await().atMost(Duration.ofMinutes(3)).until(() -> succeeded(api) == count);
    }

    @Test
    void batchThatAKilledMasterBroke_isSentAgainWithoutDoubles() throws Exception {
        int count = 30_000;
        Program server = dev();
        Api before = stage.api(server, "data");

        Map<Integer, String> first =
                ids(
                        batch(
                                before,
                                count,
                                new CountDownLatch(1),
                                answer -> {
                                    if (answer.path("line").asInt() == count / 3) {
                                        server.kill();
                                    }
                                }));
        Api after = stage.api(dev(), "data");
        List<JsonNode> answers = batch(after, count, new CountDownLatch(0), _ -> {});

        assertThat(first).hasSizeBetween(count / 3, count / 2);
        Map<Integer, String> second = ids(answers);
        assertThat(second).hasSize(count).containsAllEntriesOf(first);
        assertThat(answers.getLast().path("replayed").asInt()).isGreaterThanOrEqualTo(first.size());
        long numbered = after.get("/jobs/last").json().path("number").asLong();
        assertThat(numbered).isEqualTo(count);
    }

    @Test
    void commandsOfStandardInput_areJobsThatAreWaitedFor() {
        dev();
        StringBuilder commands = new StringBuilder();
        for (int i = 1; i <= 5_000; i++) {
            commands.append(i % 1_000 == 0 ? "\n" : "work " + i + "\n");
        }

        Program submit =
                stage.orrery(
                        "--data",
                        stage.path("data").toString(),
                        "submit",
                        "--each",
                        "--wait",
                        "-o",
                        "quiet",
                        "--label",
                        "set=a");
        submit.type(commands.toString().getBytes(StandardCharsets.UTF_8));

        assertThat(submit.exit()).as(submit.err()).isZero();
        assertThat(submit.out().lines()).hasSize(4_995).doesNotHaveDuplicates();
        assertThat(submit.err())
                .isEqualTo("orrery: 4995 accepted, 0 refused\norrery: 4995 succeeded, 0 did not\n");
    }
}
