package dev.orrery.api.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.api.ApiFixture;
import dev.orrery.model.JobId;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Who may use a compatibility route, with a token and without. */
final class GuestTest {
    private static final String COMMAND = "{\"cmd\": \"true\"}";

    private static ApiFixture api;

    @BeforeAll
    static void start(@TempDir Path data) throws Exception {
        api =
                new ApiFixture(
                        data,
                        Map.of(
                                "compat.enable", "orion,simple",
                                "server.hosts", "orrery.example",
                                "server.origins", "https://page.example"));
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    @ParameterizedTest
    @CsvSource({
        "Host: localhost, 200",
        "Host: 127.0.0.1:9092, 200",
        "Host: [::1]:80, 200",
        "Host: orrery.example, 401",
        "Host: evil.example, 421",
    })
    void withoutToken_onlyALoopbackHostIsAGuest(String header, int status) throws IOException {
        assertThat(status(header)).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({
        "Origin: https://page.example, 200",
        "Origin: http://localhost, 200",
        "Origin: http://evil.example, 403",
        "Origin: null, 403",
        "Sec-Fetch-Site: cross-site, 403",
        "X-Forwarded-For: 10.1.2.3, 401",
        "X-Real-IP: 10.1.2.3, 401",
        "Forwarded: for=10.1.2.3, 401",
        "Via: 1.1 proxy, 401",
        "Authorization: Basic eDp5, 401",
        "Authorization: Bearer orr_wrong, 401",
    })
    void withoutToken_pagesOfOthersAndForwardersAreNoGuests(String header, int status)
            throws IOException {
        assertThat(status("Host: localhost\r\n" + header)).isEqualTo(status);
    }

    @Test
    void guest_submitsIntoItsNamespaceAndSeesNoOther() throws Exception {
        JobId foreign = api.submit("{\"command\": \"true\"}");

        var accepted = api.send(simple());

        assertThat(accepted.status()).isEqualTo(200);
        assertThat(accepted.body()).isEmpty();
        String job = accepted.header("location");
        var whole = api.get(job);
        assertThat(whole.text("namespace")).isEqualTo("compat");
        assertThat(whole.text("owner")).isEqualTo("compat");
        String id = whole.text("id");
        assertThat(api.send(bare("/orion/v0.1/tasks/" + id + "/monitor")).status()).isEqualTo(200);
        assertThat(api.send(bare("/orion/v0.1/tasks/" + foreign + "/monitor")).status())
                .isEqualTo(404);
        assertThat(api.send(bare("/orion/v0.1/get-state")).body())
                .contains(id)
                .doesNotContain(foreign.toString());
        assertThat(api.send(bare("/api/v1/jobs")).status()).isEqualTo(401);
    }

    @Test
    void token_countsWhereOneIsSent() throws Exception {
        assertThat(api.send(simple().header("authorization", bearer("viewer"))).status())
                .isEqualTo(403);
        var accepted = api.send(simple().header("authorization", bearer("foreign")));
        assertThat(accepted.status()).isEqualTo(200);
        String id = accepted.header("location").replaceFirst(".*/", "");
        String monitor = "/orion/v0.1/tasks/" + id + "/monitor";
        assertThat(api.send(bare(monitor)).status()).isEqualTo(404);
        assertThat(api.send(api.request(monitor, "foreign")).status()).isEqualTo(200);
        assertThat(api.send(api.request("/orion/v0.1/task-limits", "viewer")).status())
                .isEqualTo(200);
    }

    @Test
    void simpleSystem_refusesWhatIsNoCommand() throws Exception {
        for (String body :
                List.of("", "{", "[]", "{}", "{\"cmd\":\"\"}", "{\"cmd\":\" \"}", "{\"cmd\":1}")) {
            var answer = api.send(simple(body));
            assertThat(answer.status()).as(body).isEqualTo(400);
        }
        HttpRequest.Builder form =
                bare("/tasks")
                        .header("content-type", "text/plain")
                        .POST(BodyPublishers.ofString(COMMAND));
        assertThat(api.send(form).status()).isEqualTo(415);
    }

    @Test
    void interfaces_areOffUnlessEnabled(@TempDir Path data) throws Exception {
        try (ApiFixture plain = new ApiFixture(data, Map.of())) {
            for (String path : List.of("/orion/v0.1/task-limits", "/orion/v0.1/get-state")) {
                assertThat(plain.get(path).status()).isEqualTo(404);
            }
            assertThat(plain.post("/tasks", COMMAND).status()).isEqualTo(404);
        }
    }

    private static HttpRequest.Builder bare(String path) {
        return HttpRequest.newBuilder(api.uri(path));
    }

    private static HttpRequest.Builder simple() {
        return simple(COMMAND);
    }

    private static HttpRequest.Builder simple(String body) {
        return bare("/tasks")
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString(body));
    }

    private static String bearer(String name) {
        return "Bearer " + ApiFixture.token(name);
    }

    /** The status of an answer to a request with any headers at all. */
    private static int status(String headers) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.port())) {
            String request =
                    "GET /orion/v0.1/task-limits HTTP/1.1\r\n"
                            + headers
                            + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            String answer =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            return Integer.parseInt(answer.substring(9, 12));
        }
    }
}
