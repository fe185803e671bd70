package dev.orrery.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;

import dev.orrery.endtoend.Machines.Machine;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Machines that become a cluster with one command each, and nothing carried but one line. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class EnrolIT {
    private static final int EX_CONFIGURATION = 78;
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @RegisterExtension final Machines machines = new Machines();
    @RegisterExtension final Stage stage = new Stage();

    private Machine a;
    private Machine b;
    private Machine c;
    private String server;

    @BeforeAll
    void start() {
        List<Machine> three = machines.connected(3);
        a = three.get(0);
        b = three.get(1);
        c = three.get(2);
        server = "https://" + a.address() + ":9092";
        orrery(
                        a,
                        "a",
                        "master",
                        "-cluster",
                        "--host",
                        a.address(),
                        "--network",
                        "private",
                        "--compat",
                        "simple")
                .ready();
    }

    private Program orrery(Machine machine, String data, String... arguments) {
        List<String> command = new ArrayList<>(List.of(Distribution.launcher().toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("--data", stage.path(data).toString()));
        return stage.program(machine.command(command));
    }

    private String said(Program program) {
        assertThat(program.exit()).as(program.out() + program.err()).isZero();
        return program.out().strip();
    }

    /** The flags that {@code orrery token node} prints on the master's machine. */
    private List<String> invitation() {
        String flags = said(orrery(a, "a", "token", "node"));
        assertThat(flags).matches("--join " + server + " --enrol ore_[\\w-]{86}");
        return List.of(flags.split(" "));
    }

    private Program worker(Machine machine, String name, List<String> flags) {
        List<String> all = new ArrayList<>(List.of("worker", "--name", name));
        all.addAll(flags);
        return orrery(machine, name, all.toArray(String[]::new));
    }

    private List<String> nodes() {
        JsonNode nodes = Api.parse(said(orrery(a, "a", "nodes", "-o", "json")));
        return nodes.findValuesAsText("name");
    }

    private void awaitNode(String name) {
        await("node " + name).atMost(PATIENCE).until(() -> nodes().contains(name));
    }

    @Test
    void worker_joinsWithOneCommandAndWorks() throws IOException {
        // given
        Program worker = worker(b, "b-worker", invitation()).ready();
        awaitNode("b-worker");

        // when a script with a large file in and out runs there
        Path input = stage.write("input", "0123456789abcdef".repeat(10_000));
        Path script = stage.write("job.sh", "hostname -I; cat input > output");
        String job =
                said(
                        orrery(
                                a,
                                "a",
                                "submit",
                                "--wait",
                                "-o",
                                "quiet",
                                "--constraint",
                                "none!=such",
                                "--output-glob",
                                "output",
                                "--input",
                                input.toString(),
                                "--script",
                                script.toString()));
        said(orrery(a, "a", "outputs", job, "--download", stage.path("got").toString()));

        // then
        assertThat(said(orrery(a, "a", "logs", job))).contains(b.address());
        assertThat(stage.path("got/output")).hasSameTextualContentAs(input);
        assertThat(a.shell("curl -s --cacert " + authority("b-worker") + " " + server + "/healthz"))
                .contains("alive");
        // and it comes back by the same command, for which its token is spent
        assertThat(worker.terminate()).isZero();
        worker(b, "b-worker", List.of("--join", server)).ready();
        awaitNode("b-worker");
    }

    private String authority(String data) {
        return stage.path(data).resolve("tls/authority.pem").toString();
    }

    @Test
    void token_worksOnce() {
        List<String> flags = invitation();
        Program first = worker(b, "b-once", flags).ready();

        Program second = worker(c, "c-once", flags);

        assertThat(second.exit()).isEqualTo(EX_CONFIGURATION);
        assertThat(second.err()).contains("cluster.enrol: was refused");
        assertThat(stage.path("c-once/tls/node.pem")).doesNotExist();
        assertThat(first.terminate()).isZero();
        Program again = worker(b, "b-once", flags).ready();
        assertThat(again.terminate()).isZero();
    }

    @Test
    void master_isKnownBeforeTheSecretIsSaid() {
        // given a token of this master, and one that names another authority
        List<String> flags = invitation();
        String token = flags.getLast();
        String other = token.substring(0, 60) + "AAAA" + token.substring(64);

        // when
        Program misled = worker(c, "c-misled", List.of("--join", server, "--enrol", other));

        // then nothing was said, so that the token is still good
        assertThat(misled.exit()).isEqualTo(EX_CONFIGURATION);
        assertThat(misled.err()).contains("cluster.enrol: was not sent");
        Program right = worker(c, "c-right", flags).ready();
        awaitNode("c-right");
        assertThat(right.terminate()).isZero();
    }

    @Test
    void stranger_isNotLetIn() {
        Program bare = worker(c, "c-bare", List.of("--join", server));
        Program alone =
                worker(
                        c,
                        "c-alone",
                        List.of(
                                "--join",
                                a.address() + ":5701",
                                "--cluster-host",
                                c.address(),
                                "--network",
                                "private"));

        assertThat(bare.exit()).isEqualTo(EX_CONFIGURATION);
        assertThat(bare.err()).contains("cluster.enrol: is needed");
        assertThat(alone.exit()).isEqualTo(EX_CONFIGURATION);
        assertThat(alone.err()).contains("has no certificate");
        String enrolments = "curl -sk " + server + "/internal/v1/enrolments -d ";
        assertThat(c.shell(enrolments + "'{\"secret\":\"x\",\"key\":\"eA==\"}'")).contains("400");
        assertThat(c.shell(enrolments + "'{}'")).contains("\"status\":4");
        assertThat(c.shell("curl -sk -X POST " + server + "/api/v1/enrolments")).contains("401");
        assertThat(c.shell("curl -s " + server + "/healthz || echo refused"))
                .isEqualTo("refused\n");
    }

    @Test
    void guestOfTheMachine_isNoneFromAnother() {
        String post =
                "curl -sk -o /dev/null -w '%{http_code}' -H 'Content-Type: application/json'"
                        + " -d '{\"cmd\": \"true\"}' https://";

        assertThat(c.shell(post + a.address() + ":9092/tasks")).isEqualTo("401");
        assertThat(c.shell(post + a.address() + ":9092/tasks -H 'Host: localhost'"))
                .isEqualTo("401");
        // The master listens on its address alone, so that it has no guests even at home.
        assertThat(a.shell(post + a.address() + ":9092/tasks")).isEqualTo("401");
    }

    @Test
    void keys_areTheOwnersOnly() throws IOException {
        try (var files = Files.list(stage.path("a/tls"))) {
            assertThat(files.toList())
                    .extracting(file -> file.getFileName().toString())
                    .containsExactlyInAnyOrder(
                            "authority.key", "authority.pem", "node.key", "node.pem");
        }
        for (String file : List.of("authority.key", "node.key")) {
            assertThat(Files.getPosixFilePermissions(stage.path("a/tls").resolve(file)))
                    .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        }
        assertThat(Files.getPosixFilePermissions(stage.path("a/tls")))
                .isEqualTo(PosixFilePermissions.fromString("rwx------"));
        String verified =
                a.shell(
                        "openssl verify -CAfile "
                                + authority("a")
                                + " "
                                + stage.path("a/tls/node.pem"));
        assertThat(verified).contains("OK");
    }
}
