package dev.orrery.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orrery.endtoend.Machines.Machine;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Threats T2, T3 and T30: what a stranger on the network of a cluster reaches, and what he reads
 * there. A master, a worker, and the stranger, on a machine each.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ThreatNetworkIT {
    private static final int HTTP = 9092;
    private static final int MEMBER = 5701;
    private static final int BUS = 9500;
    private static final int GROWTH_KIB_MAX = 16 << 10;
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final Pattern HEAP_USED = Pattern.compile("used (\\d+)K");

    @RegisterExtension final Machines machines = new Machines();
    @RegisterExtension final Stage stage = new Stage();

    private Machine a;
    private Machine b;
    private Machine c;
    private Program master;
    private String server;

    @BeforeAll
    void start() {
        List<Machine> three = machines.connected(3);
        a = three.get(0);
        b = three.get(1);
        c = three.get(2);
        server = "https://" + a.address() + ":" + HTTP;
        List<String> network = List.of("--host", a.address(), "--network", "private");
        List<String> bus = List.of("--cluster-port", Integer.toString(BUS));
        master = orrery(a, "a", List.of("master", "-cluster"), network, bus).ready();
        String flags = said(orrery(a, "a", List.of("token", "node")));
        orrery(b, "b", List.of("worker", "--name", "b"), List.of(flags.split(" ")), bus).ready();
        await().atMost(PATIENCE)
                .until(() -> said(orrery(a, "a", List.of("nodes", "-o", "quiet"))).equals("b"));
    }

    @SafeVarargs
    private Program orrery(Machine machine, String data, List<String>... arguments) {
        List<String> command = new ArrayList<>(List.of(Distribution.launcher().toString()));
        for (List<String> some : arguments) {
            command.addAll(some);
        }
        command.addAll(List.of("--data", stage.path(data).toString()));
        return stage.program(machine.command(command));
    }

    private Program java(Machine machine, String program, String... arguments) {
        List<String> command = new ArrayList<>(List.of(Distribution.java().toString()));
        String classes = Path.of("target/test-classes").toAbsolutePath().toString();
        command.addAll(
                List.of(
                        "-Xmx128m",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        stage.jar() + ":" + classes,
                        "dev.orrery.endtoend." + program));
        command.addAll(List.of(arguments));
        return stage.program(machine.command(command));
    }

    private String intruder(String what, int port, String... more) {
        List<String> all = new ArrayList<>(List.of(what, a.address(), Integer.toString(port)));
        all.addAll(List.of(more));
        return said(java(c, "Intruder", all.toArray(String[]::new)));
    }

    private static String said(Program program) {
        assertThat(program.exit()).as(program.out() + program.err()).isZero();
        return program.out().strip();
    }

    private String clusterName() throws IOException {
        String file = Files.readString(stage.path("a").resolve("cluster.json"));
        return Api.parse(file).path("name").asText();
    }

    @Test
    void ports_areTheDocumentedOnes() {
        assertThat(listening(a)).containsExactly(MEMBER, HTTP, BUS);
        assertThat(listening(b)).containsExactly(MEMBER, BUS);
    }

    private static Set<Integer> listening(Machine machine) {
        Set<Integer> ports = new TreeSet<>();
        for (String line : machine.shell("ss -ltnH").lines().toList()) {
            // An address of IPv4 may be shown as one of IPv6.
            String local = line.strip().split("\\s+")[3].replaceAll("\\[::ffff:|\\]", "");
            assertThat(local).startsWith(machine.address());
            ports.add(Integer.parseInt(local.substring(local.lastIndexOf(':') + 1)));
        }
        return ports;
    }

    @Test
    void clientOfHazelcast_isRefused() throws IOException {
        assertThat(intruder("client", MEMBER, clusterName())).endsWith("refused");
        assertThat(c.shell("curl -sm 5 http://" + a.address() + ":5701/hazelcast/rest/cluster ||:"))
                .doesNotContain("members");
        String memcache =
                "exec 3<>/dev/tcp/" + a.address() + "/5701; printf 'stats\\r\\n' >&3; cat <&3";
        assertThat(c.shell("timeout 5 bash -c \"" + memcache + "\" || :")).doesNotContain("STAT");
    }

    @Test
    void memberThatDoesNotKnowTheName_staysAlone() {
        assertThat(intruder("member", MEMBER, c.address(), "orrery")).contains("members 1");
    }

    /** What {@code cluster.network: private} is affirmed for: the name is no password. */
    @Test
    void memberThatKnowsTheName_readsAddressesAndRunsNothing() throws IOException {
        String found = intruder("member", MEMBER, c.address(), clusterName());

        assertThat(found).contains("members 3");
        assertThat(found.lines().filter(line -> line.startsWith("object ")))
                .allMatch(line -> line.startsWith("object __vertx."));
        assertThat(found).doesNotContain(stage.token("a"), "PRIVATE KEY");
        assertThat(found.lines().filter(line -> line.startsWith("payload ")))
                .hasSize(2)
                .containsOnly("payload refused");
        assertThat(run("echo still here")).isEqualTo("still here");
    }

    @Test
    void framesOfTwoGigabytes_areClosedAndTakeNoMemory() {
        long before = heapUsedKib();

        String said = intruder("frames", BUS, "200");

        assertThat(said).isEqualTo("closed 200");
        assertThat(heapUsedKib() - before).isLessThan(GROWTH_KIB_MAX);
        assertThat(run("echo still here")).isEqualTo("still here");
    }

    @Test
    void busWithoutCertificate_isNotSpokenTo() {
        assertThat(intruder("certificate", BUS)).startsWith("handshake failure");
    }

    /** After a collection. */
    private long heapUsedKib() {
        String pid = Long.toString(master.javaPid());
        String jcmd = Distribution.java().resolveSibling("jcmd").toString();
        said(stage.program(jcmd, pid, "GC.run"));
        Matcher used = HEAP_USED.matcher(said(stage.program(jcmd, pid, "GC.heap_info")));
        assertThat(used.find()).isTrue();
        return Long.parseLong(used.group(1));
    }

    private String run(String line) {
        return said(orrery(a, "a", List.of("run", "--shell", line)));
    }

    @Test
    void wire_carriesNoTokenNorWork() throws IOException {
        // given somebody who reads all that the master sends and receives
        Path capture = stage.path("capture");
        Program sniffer = java(a, "Sniffer", capture.toString()).ready();
        c.shell("curl -sm 5 http://" + a.address() + ":" + HTTP + "/canary-in-the-clear || :");

        // when a task with a secret in everything runs on the worker, for a client elsewhere
        Path input = stage.write("input", "canary-input-".repeat(20_000));
        List<String> submit = new ArrayList<>(List.of(Distribution.launcher().toString(), "run"));
        submit.addAll(List.of("--server", server));
        submit.addAll(List.of("--tls-ca", stage.path("a/tls/authority.pem").toString()));
        submit.addAll(List.of("--token-file", stage.path("a/admin.token").toString()));
        submit.addAll(List.of("--env", "SECRET=canary-environment", "--input", input.toString()));
        submit.addAll(List.of("--output-glob", "result"));
        submit.addAll(
                List.of(
                        "--shell",
                        "echo canary-command; echo $SECRET; cp input result;"
                                + " yes canary-output | head -c 300000"));
        String output = said(stage.program(c.command(submit)));

        // then it went over the wire, and nobody could read it
        assertThat(output).contains("canary-command", "canary-environment", "canary-output");
        Processes.signal("TERM", sniffer.pid());
        String seen = Files.readString(capture, StandardCharsets.ISO_8859_1);
        assertThat(seen).as("the sniffer hears").contains("canary-in-the-clear");
        assertThat(seen.length()).as("and hears the work").isGreaterThan(500_000);
        assertThat(seen)
                .doesNotContain(
                        "canary-command",
                        "canary-environment",
                        "canary-output",
                        "canary-input",
                        "SECRET",
                        "yes canary",
                        "Bearer",
                        stage.token("a"),
                        stage.token("a").substring(4, 24));
    }
}
