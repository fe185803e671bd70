package dev.orrery.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.ArrayList;
import java.util.List;

/** Two of four workers killed at the same moment, as when a rack loses power. */
final class StaleAddressIT {

    @RegisterExtension final Stage stage = new Stage();

    private final Cluster cluster = new Cluster(stage);

    @Test
    void deadWorkers_holdUpNobodyElse() {
        // given
        Api api = cluster.master();
        List<Program> doomed = new ArrayList<>();
        for (String name : List.of("a", "b")) {
            worker("stays-" + name);
            doomed.add(worker("dies-" + name));
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
        List<String> jobs = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            jobs.add(api.submit(bound(i % 2 == 0 ? "stays-a" : "stays-b", "true")));
        }
        for (String job : jobs) {
            assertThat(api.awaitEnd(job).path("state").asText()).isEqualTo("SUCCEEDED");
        }
        // All of it before the leases of the dead ended.
        cluster.awaitNode(api, "dies-a", "READY");
        cluster.awaitNode(api, "dies-b", "READY");
        held.forEach(job ->
                assertThat(api.post("/jobs/" + job + "/cancel", "").status()).isEqualTo(202));
        assertThat(api.get("/nodes").status()).isEqualTo(200);
    }

    private Program worker(String name) {
        return stage.java(
                        "worker",
                        "-cluster",
                        "--data",
                        stage.path("data").toString(),
                        "--name",
                        name,
                        "--label",
                        "me=" + name,
                        "--slots",
                        "1")
                .ready();
    }

    private static String bound(String worker, String command) {
        return """
        {"command": "%s", "constraints": [{"label": "me", "in": ["%s"]}]}
        """
                .formatted(command, worker);
    }
}
