package dev.orrery.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;

import dev.orrery.store.postgres.PostgresServer;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A machine with a master burns down: what it had taken is read through the others. */
final class CopiesIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @RegisterExtension final Stage stage = new Stage();
    private final Cluster cluster = new Cluster(stage);

    @TempDir private Path database;
    private PostgresServer postgres;
    private Path conf;
    private Program first;
    private List<Api> masters;

    @BeforeEach
    void start() throws Exception {
        postgres = PostgresServer.start(database);
        postgres.createDatabase("orrery");
        conf =
                stage.write(
                        "ha.yaml",
                        "storage:\n  url: %s\n  user: %s\n  passwordFile: %s\n"
                                .formatted(
                                        postgres.url("orrery"),
                                        postgres.user(),
                                        postgres.passwordFile()));
        first = node("data", "master", "--port", "0").ready();
        masters = new ArrayList<>(List.of(stage.api(first, "data")));
        for (String name : List.of("b", "c")) {
            String join = cluster.memberAddress();
            Program next = node(name, "master", "--port", "0", "--join", join).ready();
            masters.add(stage.api(next, name));
        }
        node("w", "worker", "--name", "w-1", "--slots", "2", "--join", cluster.memberAddress())
                .ready();
        await().atMost(PATIENCE)
                .until(() -> masters.getFirst().get("/masters").json().path("items").size() == 3);
    }

    @AfterEach
    void stop() throws IOException {
        postgres.close();
    }

    private Program node(String data, String... role) {
        List<String> all = new ArrayList<>(List.of(role));
        all.addAll(List.of("-cluster", "--data", stage.path(data).toString()));
        all.addAll(List.of("-conf", conf.toString()));
        return stage.java(all.toArray(String[]::new));
    }

    @Test
    void bytesOfALostMaster_areReadThroughTheOthers() throws Exception {
        byte[] input = new byte[300_000];
        new SplittableRandom(7).nextBytes(input);
        Api api = masters.getFirst();
        String done =
                api.postForm(
                                new Form()
                                        .json(
                                                "{\"command\":\"cp input out; seq 100000\","
                                                        + "\"outputs\":[\"out\"]}")
                                        .file("input", input))
                        .json()
                        .path("id")
                        .asText();
        assertThat(api.awaitEnd(done).path("state").asText()).isEqualTo("SUCCEEDED");
        String running =
                api.submitShell("for i in $(seq 200); do seq 1000; sleep 0.05; done; echo end");
        await().atMost(PATIENCE).until(() -> !api.stdout(running).isEmpty());

        first.kill();
        delete(stage.path("data"));

        String numbers = lines(100_000);
        for (Api other : masters.subList(1, 3)) {
            assertThat(other.get("/jobs/" + done + "/inputs/input").body()).isEqualTo(input);
            assertThat(other.get("/jobs/" + done + "/outputs/out").body()).isEqualTo(input);
            assertThat(other.stdout(done)).isEqualTo(numbers);
        }
        JsonNode end = masters.get(1).awaitEnd(running);
        assertThat(end.path("state").asText()).isEqualTo("SUCCEEDED");
        assertThat(end.path("attempt").asInt()).isEqualTo(1);
        String whole = lines(1000).repeat(200) + "end\n";
        for (Api other : masters.subList(1, 3)) {
            assertThat(other.stdout(running)).isEqualTo(whole);
        }
    }

    private static String lines(int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(number -> number + "\n")
                .collect(Collectors.joining());
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path file : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
