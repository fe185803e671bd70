package dev.orrery.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Two of four workers killed at the same moment, as when a rack loses power. */
final class StaleAddressIT {

    /** Before Hazelcast takes the dead for gone, and a lease for ended. */
    private static final Duration AT_ONCE = Duration.ofSeconds(6);

    @RegisterExtension final Stage stage = new Stage();

    private final Cluster cluster = new Cluster(stage);

    @Test
    void deadWorkers_holdUpNobodyElse() {
        // given
        Api api = cluster.master();
        List<Program> doomed = new ArrayList<>();
        for (String name : List.of("a", "b")) {
            cluster.alone("stays-" + name);
            doomed.add(cluster.alone("dies-" + name));
        }
        for (String name : List.of("stays-a", "stays-b", "dies-a", "dies-b")) {
            cluster.awaitNode(api, name, "READY");
        }
        List<String> held =
                List.of(
                        api.submit(bound("dies-a", "sleep 3600")),
                        api.submit(bound("dies-b", "sleep 3600")));
        held.forEach(job -> cluster.runningOn(api, job, 1));

        // when
        doomed.forEach(worker -> Processes.signal("KILL", worker.pid()));

        // then work for the living goes on at once, and questions are answered
        Instant killedAt = Instant.now();
        List<String> jobs = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            jobs.add(api.submit(bound(i % 2 == 0 ? "stays-a" : "stays-b", "true")));
        }
        for (String job : jobs) {
            assertThat(api.awaitEnd(job).path("state").asText()).isEqualTo("SUCCEEDED");
        }
        // A request to an address that is stale waits for eight seconds, a lease for thirty.
        assertThat(Instant.now()).isBefore(killedAt.plus(AT_ONCE));
        held.forEach(job ->
                assertThat(api.post("/jobs/" + job + "/cancel", "").status()).isEqualTo(202));
        assertThat(api.get("/nodes").status()).isEqualTo(200);
    }

    private static String bound(String worker, String command) {
        return Api.MAPPER
                .createObjectNode()
                .put("command", command)
                .set("constraints", Api.MAPPER.createArrayNode().add("name=" + worker))
                .toString();
    }
}
