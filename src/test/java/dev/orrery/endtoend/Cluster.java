package dev.orrery.endtoend;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A master and its workers on loopback, each a process of its own. */
public final class Cluster {
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final String QUICK_LEASES =
            """
            scheduling:
              heartbeat: 200ms
              fence: 1500ms
              fenceKill: 2000ms
              lease: 3s
            worker:
              killGrace: 500ms
            """;

    private static final String CALM_LEASES =
            """
            scheduling:
              heartbeat: 500ms
              fence: 6s
              fenceKill: 7s
              lease: 8s
            worker:
              killGrace: 500ms
            """;

    private final Stage stage;
    private Optional<Program> master = Optional.empty();
    private List<String> configuration = List.of();

    public Cluster(Stage stage) {
        this.stage = stage;
    }

    /** Lets every node that is started from now on give up after three seconds. */
    public void quickLeases() {
        configuration = List.of("-conf", stage.write("quick.yaml", QUICK_LEASES).toString());
    }

    /** Lets every node that is started from now on give up after eight seconds. */
    public void calmLeases() {
        configuration = List.of("-conf", stage.write("calm.yaml", CALM_LEASES).toString());
    }

    /** Starts a master in the common directory, again after its end. */
    public Api master() {
        Program started = stage.java(arguments("data", "master", "--port", "0"));
        master = Optional.of(started.ready());
        return stage.api(started, "data");
    }

    public Program masterProgram() {
        return master.orElseThrow();
    }

    /** Starts a worker with one slot under its supervisor. */
    public Program supervised(String name) {
        return stage.orrery(worker("data", name)).ready();
    }

    /** Starts a worker with one slot without a supervisor. */
    public Program alone(String name) {
        return alone(name, 1);
    }

    public Program alone(String name, int slots) {
        String number = Integer.toString(slots);
        return stage.java(arguments("data", "worker", "--name", name, "--slots", number)).ready();
    }

    /** Starts a worker without a supervisor that has a directory of its own. */
    public Program alone(String name, String data, String join) {
        List<String> all = new ArrayList<>(List.of(worker(data, name)));
        all.addAll(List.of("--join", join));
        return stage.java(all.toArray(String[]::new)).ready();
    }

    /** Starts a proxy in the common directory. */
    public Program proxy(int port) {
        return stage.java(arguments("data", "proxy", "--port", Integer.toString(port))).ready();
    }

    private String[] worker(String data, String name) {
        return arguments(data, "worker", "--name", name, "--slots", "1");
    }

    private String[] arguments(String data, String... role) {
        List<String> all = new ArrayList<>(List.of(role));
        all.addAll(List.of("-cluster", "--data", stage.path(data).toString()));
        all.addAll(configuration);
        return all.toArray(String[]::new);
    }

    /** Where the first member of the common directory is joined. */
    public String memberAddress() {
        try {
            String file = Files.readString(stage.path("data").resolve("cluster.json"));
            return Api.parse(file).path("members").path(0).asText();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until the attempt runs; the name of its worker. */
    public String runningOn(Api api, String job, int attempt) {
        return await("attempt " + attempt + " of " + job)
                .atMost(PATIENCE)
                .until(() -> api.job(job), now -> runs(now, attempt))
                .path("worker")
                .asText();
    }

    private static boolean runs(JsonNode job, int attempt) {
        return job.path("state").asText().equals("RUNNING")
                && job.path("attempt").asInt() == attempt;
    }

    public void awaitNode(Api api, String name, String state) {
        await("node " + name + " to be " + state)
                .atMost(PATIENCE)
                .until(() -> {
                    for (JsonNode node : api.get("/nodes").json().path("items")) {
                        if (node.path("name").asText().equals(name)) {
                            return node.path("state").asText().equals(state);
                        }
                    }
                    return false;
                });
    }
}
