package dev.orrery.api.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import dev.orrery.api.Answer;
import dev.orrery.api.ApiFixture;
import dev.orrery.api.Contract;
import dev.orrery.model.JobId;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** Who may do what, from where: every route of the contract, every role, a foreign namespace. */
final class AccessTest {
    private static ApiFixture api;
    private static JobId job;

    @BeforeAll
    static void start(@TempDir Path data) throws Exception {
        api = new ApiFixture(data, Map.of());
        job = api.submit("{\"command\":\"true\"}");
        api.scheduler().start(job);
        api.scheduler().end(job, 0, "hello\n", List.of());
    }

    @AfterAll
    static void stop() throws Exception {
        api.close();
    }

    /** One method of one path of the contract. */
    record Operation(String method, String path, boolean open) {}

    static Stream<Operation> operations() {
        List<Operation> all = new ArrayList<>();
        Iterator<Map.Entry<String, JsonNode>> paths = Contract.paths().fields();
        while (paths.hasNext()) {
            Map.Entry<String, JsonNode> path = paths.next();
            path.getValue()
                    .fields()
                    .forEachRemaining(operation ->
                            all.add(
                                    new Operation(
                                            operation.getKey().toUpperCase(Locale.ROOT),
                                            path.getKey(),
                                            operation.getValue().has("security"))));
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("operations")
    void everyRoute_needsAToken(Operation operation) throws Exception {
        HttpRequest.Builder bare = HttpRequest.newBuilder(api.uri(concrete(operation.path)));
        HttpRequest.Builder wrong =
                HttpRequest.newBuilder(api.uri(concrete(operation.path)))
                        .header("authorization", "Bearer orr_wrong");

        if (operation.open) {
            assertThat(api.send(bare.method(operation.method, noBody())).status())
                    .isNotEqualTo(401);
        } else {
            assertThat(api.send(bare.method(operation.method, noBody())).problem())
                    .isEqualTo("401 unauthenticated");
            assertThat(api.send(wrong.method(operation.method, noBody())).problem())
                    .isEqualTo("401 unauthenticated");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "POST,/api/v1/jobs,viewer",
        "DELETE,/api/v1/jobs/last,viewer",
        "POST,/api/v1/jobs/last/cancel,viewer",
        "POST,/api/v1/jobs/last/retry,viewer",
        "POST,/api/v1/nodes/w1/drain,submitter",
        "POST,/api/v1/nodes/w1/resume,submitter",
        "GET,/api/v1/tokens,submitter",
        "POST,/api/v1/tokens,submitter",
        "DELETE,/api/v1/tokens/admin,submitter",
        "POST,/api/v1/nodes/w1/drain,foreign",
        "GET,/api/v1/backup,submitter",
        "GET,/api/v1/backup,foreign",
    })
    void tooLowARole_isForbidden(String method, String path, String who) throws Exception {
        Answer answer = api.send(api.request(path, who).method(method, noBody()));

        assertThat(answer.problem()).isEqualTo("403 forbidden");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "/tasks", "/tasks/0", "/explain", "/logs", "/outputs", "/outputs/x"})
    void foreignJob_isNotThere(String rest) throws Exception {
        assertThat(api.send(api.request("/api/v1/jobs/" + job + rest, "foreign")).problem())
                .isEqualTo("404 not-found");
        assertThat(
                        api.send(
                                        api.request(
                                                "/api/v1/jobs/1" + rest + "?namespace=default",
                                                "foreign"))
                                .problem())
                .isEqualTo("404 not-found");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST /cancel", "POST /retry", "DELETE "})
    void foreignJob_cannotBeChanged(String change) throws Exception {
        String[] parts = change.split(" ", 2);

        Answer answer =
                api.send(
                        api.request("/api/v1/jobs/" + job + parts[1], "foreign")
                                .method(parts[0], noBody()));

        assertThat(answer.problem()).isEqualTo("404 not-found");
    }

    @Test
    void foreignLists_areEmpty() throws Exception {
        assertThat(api.send(api.request("/api/v1/jobs", "foreign")).json().path("items")).isEmpty();
        assertThat(api.send(api.request("/api/v1/jobs/last", "foreign")).status()).isEqualTo(404);
        assertThat(api.send(api.request("/api/v1/jobs?namespace=default", "foreign")).status())
                .isEqualTo(404);
        assertThat(api.send(api.request("/api/v1/tokens", "foreign")).body())
                .doesNotContain("viewer");
        assertThat(api.send(api.request("/api/v1/events?topic=jobs." + job, "foreign")).status())
                .isEqualTo(404);
    }

    @Test
    void submissionToAnotherNamespace_isForbidden() throws Exception {
        Answer answer =
                api.send(
                        api.request("/api/v1/jobs", "foreign")
                                .header("content-type", "application/json")
                                .POST(
                                        BodyPublishers.ofString(
                                                "{\"command\":\"x\",\"namespace\":\"default\"}")));

        assertThat(answer.problem()).isEqualTo("403 forbidden namespace");
    }

    @ParameterizedTest
    @CsvSource({
        "localhost,200", "127.0.0.1:9092,200", "[::1]:1,200", "LOCALHOST:80,200",
        "evil.example,421", "localhost.evil.example,421", "127.0.0.1.nip.io,421", "'',421",
    })
    void otherHost_isNotServed(String host, int status) throws Exception {
        assertThat(raw("GET /healthz HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 " + status);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://evil.example", "null", "https://127.0.0.1", "file://"})
    void otherOrigin_isRefused(String origin) throws Exception {
        Answer answer = api.send(api.request("/api/v1/nodes").header("origin", origin));

        assertThat(answer.problem()).isEqualTo("403 origin-refused");
        assertThat(answer.header("access-control-allow-origin")).isEmpty();
    }

    @Test
    void ownOrigin_isServed_andCrossSiteFetchIsNot() throws Exception {
        String own = "http://127.0.0.1:" + api.port();

        assertThat(api.send(api.request("/api/v1/nodes").header("origin", own)).status())
                .isEqualTo(200);
        assertThat(
                        api.send(
                                        api.request("/api/v1/nodes")
                                                .header("sec-fetch-site", "cross-site"))
                                .problem())
                .isEqualTo("403 origin-refused");
        assertThat(
                        api.send(
                                        api.request("/api/v1/nodes")
                                                .header("sec-fetch-site", "same-origin"))
                                .status())
                .isEqualTo(200);
    }

    @Test
    void nonsense_isAProblemToo() throws Exception {
        assertThat(api.get("/nope").problem()).isEqualTo("404 not-found");
        assertThat(api.get("/api/v1/jobs/last%ZZ".replace("%ZZ", "%25ZZ")).status()).isEqualTo(404);
        assertThat(api.send(api.request("/api/v1/jobs").PUT(noBody())).problem())
                .isEqualTo("405 method-not-allowed");
        assertThat(api.get("/api/v1/jobs?stat=RUNNING").problem())
                .isEqualTo("400 unknown-field stat");
        assertThat(raw("GET /healthz%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 404");
        assertThat(raw("NONSENSE\r\n\r\n")).contains("application/problem+json");
        assertThat(raw("GET /" + "a".repeat(5000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                .contains(" 413 ");
    }

    @Test
    void everyAnswer_hasTheSecurityHeaders() throws Exception {
        for (String path : List.of("/", "/js/app.js", "/openapi.yaml", "/nope", "/api/v1/jobs")) {
            Answer answer = api.get(path);

            assertThat(answer.header("content-security-policy"))
                    .contains("default-src 'none'")
                    .contains("frame-ancestors 'none'");
            assertThat(answer.header("x-content-type-options")).isEqualTo("nosniff");
            assertThat(answer.header("referrer-policy")).isEqualTo("no-referrer");
        }
    }

    @Test
    void token_isMadeUsedAndRevoked() throws Exception {
        Answer made = api.post("/api/v1/tokens", "{\"name\":\"ci\",\"role\":\"viewer\"}");
        HttpRequest.Builder asCi =
                HttpRequest.newBuilder(api.uri("/api/v1/nodes"))
                        .header("authorization", "Bearer " + made.text("token"));

        assertThat(made.status()).isEqualTo(201);
        assertThat(api.send(asCi).status()).isEqualTo(200);
        assertThat(api.get("/api/v1/tokens").body())
                .contains("ci")
                .doesNotContain(made.text("token"));
        assertThat(api.post("/api/v1/tokens", "{\"name\":\"ci\",\"role\":\"viewer\"}").problem())
                .isEqualTo("409 conflict name");
        assertThat(api.send(api.request("/api/v1/tokens/ci").DELETE()).status()).isEqualTo(204);
        assertThat(api.send(asCi).status()).isEqualTo(401);
    }

    @Test
    void page_servesEachOfItsFilesAndNoOther() throws Exception {
        try (Stream<Path> files = Files.walk(Path.of("webroot"))) {
            List<String> there =
                    files.filter(Files::isRegularFile)
                            .map(file -> Path.of("webroot").relativize(file).toString())
                            .toList();

            assertThat(PageRoutes.FILES).containsExactlyInAnyOrderElementsOf(there);
        }
        assertThat(api.get("/").body()).contains("<title>Orrery</title>");
        assertThat(api.get("/../pom.xml").status()).isEqualTo(404);
        assertThat(api.get("/js/%2e%2e/index.html").status()).isEqualTo(404);
    }

    private static HttpRequest.BodyPublisher noBody() {
        return BodyPublishers.noBody();
    }

    private static String concrete(String path) {
        return path.replace("{job}", job.toString()).replaceAll("\\{[a-z0-9]+}", "x");
    }

    private static String raw(String request) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.port())) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            InputStream in = socket.getInputStream();
            return new String(in.readNBytes(2048), StandardCharsets.ISO_8859_1);
        }
    }
}
