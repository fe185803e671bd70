package dev.orrery.chaos;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;

import dev.orrery.endtoend.Api;
import dev.orrery.endtoend.Certificates;
import dev.orrery.endtoend.Distribution;
import dev.orrery.endtoend.Ports;
import dev.orrery.endtoend.Program;
import dev.orrery.endtoend.Stage;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Masters and workers, each a process with a directory of its own, on loopback or each on a host of
 * a network; where there is a network everything is encrypted under one authority.
 */
final class Fleet {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int HTTP_PORT = 9092;
    private static final int MEMBER_PORT = 5701;

    /** Leases of three seconds, where a promise scales with them. */
    static final Settings QUICK = quick("");

    /** Leases of six seconds, where links are slow. */
    static final Settings CALM =
            new Settings(
                    """
                    scheduling: {heartbeat: 500ms, fence: 3s, fenceKill: 4s, lease: 6s}
                    worker: {killGrace: 500ms}
                    """,
                    Duration.ofSeconds(6));

    private final Stage stage;
    private final Settings settings;
    private final Optional<Certificates> certificates;
    private final List<Member> masters = new ArrayList<>();
    private final List<Member> workers = new ArrayList<>();
    private final List<Integer> ports = new ArrayList<>();
    private final List<String> join = new ArrayList<>();
    private final Map<Integer, Api> apis = new ConcurrentHashMap<>();

    /**
     * What every node is told.
     *
     * @param lease of workers, as the text has it
     */
    record Settings(String text, Duration lease) {
        /** Leases as they are when nothing is said of them. */
        static Settings of(String text) {
            return new Settings(text, Duration.ofSeconds(30));
        }

        /** The same, and more that does not touch leases. */
        Settings with(String more) {
            return new Settings(text + more, lease);
        }
    }

    /** The same, and more of scheduling, each setting after a comma. */
    static Settings quick(String more) {
        String leases = "heartbeat: 200ms, fence: 1500ms, fenceKill: 2000ms, lease: 3s";
        return new Settings(
                "scheduling: {" + leases + more + "}\nworker: {killGrace: 500ms}\n",
                Duration.ofSeconds(3));
    }

    private Fleet(Stage stage, Settings settings, Optional<Certificates> certificates) {
        this.stage = stage;
        this.settings = settings;
        this.certificates = certificates;
    }

    /** A fleet of so many masters on this machine; nothing is started. */
    static Fleet onLoopback(Stage stage, Settings settings, int masters) {
        Fleet fleet = new Fleet(stage, settings, Optional.empty());
        for (int i = 0; i < masters; i++) {
            fleet.addMaster(Host.LOOPBACK, Ports.free(), Ports.free());
        }
        return fleet;
    }

    /** A fleet with a master on each of the hosts; nothing is started. */
    static Fleet onHosts(
            Stage stage, Settings settings, List<Host> masters, Certificates certificates) {
        Fleet fleet = new Fleet(stage, settings, Optional.of(certificates));
        masters.forEach(host -> fleet.addMaster(host, HTTP_PORT, MEMBER_PORT));
        return fleet;
    }

    private void addMaster(Host host, int port, int memberPort) {
        String name = "m" + (masters.size() + 1);
        join.add(host.address() + ":" + memberPort);
        ports.add(port);
        List<String> role =
                List.of("master", "--host", host.address(), "--port", Integer.toString(port));
        masters.add(new Member(name, host, self -> start(self, java(self), memberPort, role)));
    }

    private List<String> java(Member member) {
        return member.jvm().isEmpty() ? stage.javaCommand() : stage.javaCommand(member.jvm());
    }

    private Program start(Member member, List<String> launcher, int memberPort, List<String> role) {
        List<String> command = new ArrayList<>(member.wrapper());
        command.addAll(launcher);
        command.addAll(role);
        command.addAll(List.of("-cluster", "--data", data(member.name()).toString()));
        command.addAll(List.of("-conf", configuration(member.name(), memberPort).toString()));
        command.addAll(member.more());
        Host host = member.host();
        if (!host.isLoopback()) {
            command.addAll(List.of("--cluster-host", host.address(), "--network", "private"));
            command.addAll(certificates.orElseThrow().flags());
        }
        return stage.program(host.command(command).toArray(String[]::new));
    }

    private Path configuration(String name, int memberPort) {
        List<String> cluster = new ArrayList<>(List.of("join: [" + String.join(", ", join) + "]"));
        if (memberPort > 0) {
            cluster.add("memberPortFirst: " + memberPort);
            cluster.add("memberPortLast: " + memberPort);
        }
        String own = "cluster: {" + String.join(", ", cluster) + "}\n";
        return stage.write(name + ".yaml", settings.text() + own);
    }

    Path data(String name) {
        return stage.path(name);
    }

    /** Adds a worker under its supervisor. */
    Member supervised(String name, Host host, int slots) {
        return addWorker(List.of(Distribution.launcher().toString()), name, host, slots);
    }

    /** Adds a worker that nobody starts again. */
    Member alone(String name, Host host, int slots) {
        return addWorker(stage.javaCommand(), name, host, slots);
    }

    private Member addWorker(List<String> launcher, String name, Host host, int slots) {
        List<String> role = List.of("worker", "--name", name, "--slots", Integer.toString(slots));
        Member worker = new Member(name, host, self -> start(self, launcher, 0, role));
        workers.add(worker);
        return worker;
    }

    /** Adds a proxy, which is not started. */
    Member proxy(String name) {
        int port = Ports.free();
        List<String> role = List.of("proxy", "--port", Integer.toString(port));
        return new Member(name, Host.LOOPBACK, self -> start(self, java(self), 0, role));
    }

    List<Member> masters() {
        return List.copyOf(masters);
    }

    Member master() {
        return masters.getFirst();
    }

    List<Member> workers() {
        return List.copyOf(workers);
    }

    Member worker(String name) {
        return workers.stream().filter(it -> it.name().equals(name)).findFirst().orElseThrow();
    }

    /** The variable HOME of every process of the fleet and of its tasks. */
    String home() {
        return stage.path("").toString();
    }

    Stage stage() {
        return stage;
    }

    /** How long a worker's lease runs. */
    Duration lease() {
        return settings.lease();
    }

    /** Starts everything, the first master before all others. */
    Fleet start() {
        master().start();
        Stream.concat(masters.stream().skip(1), workers.stream()).forEach(Member::begin);
        Stream.concat(masters.stream().skip(1), workers.stream())
                .forEach(member -> member.program().ready());
        workers.forEach(worker -> awaitNode(worker.name(), "READY"));
        return this;
    }

    /** A client of one master, which need not live. */
    Api api(int master) {
        return apis.computeIfAbsent(master, this::client);
    }

    private Api client(int master) {
        Member member = masters.get(master);
        String scheme = member.host().isLoopback() ? "http://" : "https://";
        URI uri = URI.create(scheme + member.host().address() + ":" + ports.get(master));
        String token = stage.token(master().name());
        return certificates
                .map(it -> new Api(it.client(), uri, token))
                .orElseGet(() -> new Api(uri, token));
    }

    Api api() {
        return api(0);
    }

    /** The master that listens there, as the leader's row names it. */
    Optional<Member> masterAt(String dataUri) {
        for (int i = 0; i < masters.size(); i++) {
            if (api(i).uri().toString().equals(dataUri)) {
                return Optional.of(masters.get(i));
            }
        }
        return Optional.empty();
    }

    void awaitNode(String name, String state) {
        await("node " + name + " to be " + state)
                .atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> states(name).contains(state));
    }

    private List<String> states(String name) {
        List<String> states = new ArrayList<>();
        for (JsonNode node : api().get("/nodes").json().path("items")) {
            if (node.path("name").asText().equals(name)) {
                states.add(node.path("state").asText());
            }
        }
        return states;
    }
}
