package dev.orrery.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Commands that run while the only master is killed, and starts again on the same port. */
final class FailoverIT {
    private static final int LINES = 150;
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @RegisterExtension final Stage stage = new Stage();

    private final Cluster cluster = new Cluster(stage);
    private final int port = Ports.free();

    /** The second is the master; at the first nobody listens. */
    private final String servers = "http://127.0.0.1:1,http://127.0.0.1:" + port;

    private Program master() {
        return stage.java(
                        "master",
                        "-cluster",
                        "--port",
                        Integer.toString(port),
                        "--data",
                        stage.path("data").toString())
                .ready();
    }

    private Program command(String... arguments) {
        List<String> all = new ArrayList<>(List.of("--data", stage.path("data").toString()));
        all.addAll(List.of(arguments));
        Map<String, String> variables =
                Map.of("ORRERY_SERVER", servers, "ORRERY_TOKEN", stage.token("data"));
        return stage.orrery(variables, all.toArray(String[]::new));
    }

    private static String lines(String word) {
        return IntStream.rangeClosed(1, LINES)
                .mapToObj(number -> word + " " + number + "\n")
                .collect(Collectors.joining());
    }

    @Test
    void masterKilledAndStartedAgain_isRiddenOutByEveryCommand() {
        // given a job that writes, and three commands that follow it
        Program first = master();
        cluster.alone("one");
        Path go = stage.path("go");
        Program run =
                command(
                        "run",
                        "--shell",
                        ("for i in $(seq 1 %d); do echo out $i; echo err $i >&2; sleep 0.03; done"
                                        + "; until [ -e %s ]; do sleep 0.05; done; exit 3")
                                .formatted(LINES, go));
        await().atMost(PATIENCE).until(() -> run.out().contains("out 10\n"));
        Program logs = command("logs", "-f", "last");
        Program wait = command("wait", "--progress", "last");
        await().atMost(PATIENCE).until(() -> logs.out().contains("out 20\n"));
        await().atMost(PATIENCE).until(() -> wait.err().contains("RUNNING"));

        // when
        first.kill();
        Program later = command("submit", "-o", "quiet", "--", "true");
        assertThat(List.of(run, logs, wait, later)).allMatch(Program::isAlive);
        master();
        stage.write("go", "");

        // then nobody saw an error, or missed a byte
        assertThat(run.exit()).as(run.err()).isEqualTo(3);
        assertThat(run.out()).isEqualTo(lines("out"));
        assertThat(run.err()).isEqualTo(lines("err"));
        assertThat(logs.exit()).isZero();
        assertThat(logs.out()).isEqualTo(lines("out"));
        assertThat(logs.err()).isEqualTo(lines("err"));
        assertThat(wait.exit()).as("the job failed").isEqualTo(1);
        assertThat(wait.err()).doesNotContain("orrery:");
        assertThat(later.exit()).as(later.err()).isZero();
        assertThat(later.err()).isEmpty();
        assertThat(command("wait", later.out().strip()).exit()).isZero();
    }
}
