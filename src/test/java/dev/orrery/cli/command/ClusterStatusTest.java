package dev.orrery.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import dev.orrery.cli.ExitCode;
import dev.orrery.cli.FakeServer;
import dev.orrery.cli.Invocation;
import dev.orrery.cli.client.Json;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;

/** What is shown of a cluster and its masters, led or not. */
final class ClusterStatusTest {

    private static final String CLUSTER =
            "{\"epoch\":3,\"version\":\"1\",\"nodes\":2,\"tasks\":{\"queued\":7}}";

    private FakeServer server;

    @BeforeEach
    void start() throws IOException {
        server = new FakeServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Invocation invoke(String... args) {
        return new Invocation().to(server).run(args);
    }

    private static String masters(boolean firstLeads) {
        return ("{\"items\":[{\"uri\":\"https://a:1\",\"leads\":%s,\"workersHeard\":2},"
                        + "{\"uri\":\"https://b:1\",\"leads\":false,\"workersHeard\":1}]}")
                .formatted(firstLeads);
    }

    @Test
    void statusOfTheCluster_countsTasks() {
        server.json("GET /cluster", 200, CLUSTER);

        Invocation run = invoke("status");

        assertThat(run.out()).contains("epoch 3, nodes 2").containsPattern("queued +7");
    }

    @Test
    void statusOfAClusterOfMasters_namesThemBelow() {
        server.json("GET /masters", 200, masters(true)).json("GET /cluster", 200, CLUSTER);

        Invocation run = invoke("status");

        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(run.out())
                .containsPattern(
                        "(?s)queued +7.*MASTER +LEADS +WORKERS\n"
                                + "https://a:1 +yes +2\nhttps://b:1 +no +1\n$");
    }

    @Test
    void statusWhileNobodyLeads_namesTheMastersAllTheSame() {
        server.json("GET /masters", 200, masters(false)).json("GET /cluster", 503, "{}");

        Invocation run = invoke("status", "--retry-for", "0s");

        assertThat(run.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(run.out())
                .containsPattern("^MASTER +LEADS +WORKERS\nhttps://a:1 +no +2\nhttps://b:1 +no +1");
    }

    @Test
    void statusOfASingleMaster_isOfTheClusterAlone() {
        String one = "{\"items\":[{\"uri\":\"http://a:1\",\"leads\":true,\"workersHeard\":1}]}";
        server.json("GET /masters", 200, one).json("GET /cluster", 200, CLUSTER);

        assertThat(invoke("status").out()).contains("epoch 3").doesNotContain("MASTER");
    }

    @Test
    void statusAsJson_hasTheMastersToo() throws IOException {
        server.json("GET /masters", 200, masters(true)).json("GET /cluster", 200, CLUSTER);

        JsonNode status = Json.parse(invoke("status", "-o", "json").out());

        assertThat(status.path("epoch").asInt()).isEqualTo(3);
        assertThat(status.path("tasks").path("queued").asInt()).isEqualTo(7);
        assertThat(status.path("masters")).isEqualTo(Json.parse(masters(true)).path("items"));
    }

    @Test
    void statusAsJsonWhileNobodyLeads_isOfTheMastersAlone() throws IOException {
        server.json("GET /masters", 200, masters(false)).json("GET /cluster", 503, "{}");

        Invocation run = invoke("status", "-o", "json", "--retry-for", "0s");

        assertThat(run.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(Json.parse(run.out()).path("masters"))
                .isEqualTo(Json.parse(masters(false)).path("items"));
    }

    @Test
    void statusOfAServerThatCannotTellTheMasters_isOfTheCluster() {
        server.json("GET /masters", 503, "{}").json("GET /cluster", 200, CLUSTER);

        assertThat(invoke("status").out()).contains("epoch 3").doesNotContain("MASTER");
        assertThat(server.asked().stream().map(FakeServer.Asked::target))
                .containsExactly("/masters", "/cluster");
    }

    @Test
    void statusThatWaitsForALeader_namesItThen() {
        server.json("GET /masters", 200, masters(false)).json("GET /masters", 200, masters(true));
        server.json("GET /cluster", 503, "{}").json("GET /cluster", 200, CLUSTER);

        Invocation run = invoke("status");

        assertThat(run.out())
                .containsPattern("(?s)^MASTER.*https://a:1 +no.*epoch 3.*https://a:1 +yes +2\n");
    }
}
