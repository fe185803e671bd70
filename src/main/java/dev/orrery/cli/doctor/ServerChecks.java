package dev.orrery.cli.doctor;

import com.fasterxml.jackson.databind.JsonNode;

import dev.orrery.cli.CommandException;
import dev.orrery.cli.RootCommand;
import dev.orrery.cli.client.ApiException;
import dev.orrery.cli.client.ApiPath;
import dev.orrery.cli.client.Client;
import dev.orrery.cli.client.Connection;
import dev.orrery.cli.client.Endpoint;
import dev.orrery.cli.client.Json;
import dev.orrery.cli.client.UnreachableException;
import dev.orrery.cli.option.ServerOptions;
import dev.orrery.config.Settings;
import dev.orrery.model.health.Finding;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** The servers that were named or that run here; where none runs, the ports that one would take. */
final class ServerChecks {

    private static final double SILENT_SECONDS = 10;

    private final RootCommand root;
    private final ServerOptions options;
    private final Optional<Settings> settings;
    private final List<Finding> findings = new ArrayList<>();

    ServerChecks(RootCommand root, ServerOptions options, Optional<Settings> settings) {
        this.root = root;
        this.options = options;
        this.settings = settings;
    }

    List<Finding> all() {
        certificateFiles();
        try {
            Connection connection = options.connection(root, data());
            Optional<Endpoint> endpoint = connection.endpoint();
            if (endpoint.isEmpty()) {
                findings.add(Finding.ok("server", "none runs in " + data()));
                settings.ifPresent(this::ports);
            } else {
                endpoint.get().servers().forEach(uri -> server(endpoint.get(), uri));
            }
        } catch (CommandException e) {
            findings.add(
                    Finding.fail(
                            "server",
                            String.valueOf(e.getMessage()),
                            "see 'orrery doctor --help' for --server, --token-file and --tls-ca"));
        }
        return findings;
    }

    private Path data() {
        return settings.map(known -> known.server().data()).orElseGet(root::data);
    }

    private void certificateFiles() {
        Optional<Path> named = settings.flatMap(it -> it.server().tls()).map(Settings.Tls::cert);
        Path own = data().resolve("tls").resolve("node.pem");
        named.or(() -> Optional.of(own).filter(Files::exists))
                .map(file -> CertificateChecks.ofFile(file, Instant.now()))
                .ifPresent(findings::add);
    }

    private void server(Endpoint endpoint, URI uri) {
        if ("https".equals(uri.getScheme())) {
            findings.add(CertificateChecks.ofServer(uri, Instant.now()));
        }
        // Asked once each: who waits for a cluster to get well learns nothing of what ails it.
        Client client =
                new Client(new Endpoint(List.of(uri), endpoint.token(), endpoint.authority()))
                        .within(Duration.ZERO);
        try {
            readiness(client, uri);
            masters(client);
            cluster(client);
        } catch (UnreachableException e) {
            findings.add(
                    Finding.fail(
                            "server",
                            String.valueOf(e.getMessage()),
                            "start it, or correct --server; between machines look at firewall,"
                                    + " --host and, for https, --tls-ca"));
        } catch (CommandException e) {
            findings.add(
                    Finding.fail(
                            "server",
                            uri + ": " + e.getMessage(),
                            "see whether it is Orrery that listens there"));
        }
    }

    private void readiness(Client client, URI uri) {
        Optional<String> unready = client.unreadiness();
        findings.add(
                unready.isEmpty()
                        ? Finding.ok("server", uri + " serves")
                        : Finding.fail(
                                "server",
                                uri + " does not serve: " + unready.get(),
                                "wait, or look into its log"));
    }

    /** As the store tells them, which depends neither on the bus nor on a leader. */
    private void masters(Client client) {
        try {
            masters(client.get(ApiPath.of("masters")));
        } catch (ApiException e) {
            if (e.status() == 404) {
                findings.add(
                        Finding.warn(
                                "store.masters",
                                "this server is older and cannot tell",
                                "let all masters be of one version"));
            } else if (!isAboutTheToken(e)) {
                findings.add(
                        Finding.fail(
                                "store.masters",
                                String.valueOf(e.getMessage()),
                                "see in its log whether it reaches the database"));
            }
        }
    }

    private void masters(JsonNode masters) {
        List<String> names = new ArrayList<>();
        boolean led = masters.path("items").isEmpty();
        for (JsonNode master : masters.path("items")) {
            boolean leads = master.path("leads").asBoolean();
            led |= leads;
            names.add(Json.textOrDash(master, "uri") + (leads ? " (leads)" : ""));
        }
        String what = names.isEmpty() ? "this one alone" : String.join(", ", names);
        findings.add(
                led
                        ? Finding.ok("store.masters", what)
                        : Finding.fail(
                                "store.masters",
                                "nobody leads: " + what,
                                "wait ten seconds; then look into the masters' logs whether they"
                                        + " reach the database"));
    }

    /** An answer to this comes from the leader, over the bus. */
    private void cluster(Client client) {
        try {
            JsonNode cluster = client.get(ApiPath.of("cluster"));
            findings.add(Finding.ok("server.token", "is taken"));
            findings.add(
                    Finding.ok(
                            "bus.leader",
                            "answers over the bus, in epoch "
                                    + Json.textOrDash(cluster, "epoch")
                                    + ", Orrery "
                                    + Json.textOrDash(cluster, "version")));
            nodes(client.get(ApiPath.of("nodes")).path("items"));
        } catch (ApiException e) {
            findings.add(
                    isAboutTheToken(e)
                            ? Finding.fail(
                                    "server.token",
                                    String.valueOf(e.getMessage()),
                                    "name a file with --token-file; 'orrery token create' on the"
                                            + " master makes one")
                            : Finding.fail(
                                    "bus.leader",
                                    String.valueOf(e.getMessage()),
                                    "see in the logs who leads and whether the bus was lost;"
                                            + " restart a node that stays deaf"));
        }
    }

    private static boolean isAboutTheToken(ApiException e) {
        return e.status() == 401 || e.status() == 403;
    }

    private void nodes(JsonNode nodes) {
        if (nodes.isEmpty()) {
            findings.add(
                    Finding.warn(
                            "bus.workers",
                            "no worker is known: jobs wait",
                            "start 'orrery worker -cluster', and look into its log for 'welcome'"));
        }
        for (JsonNode node : nodes) {
            String name = Json.textOrDash(node, "name");
            String state = Json.textOrDash(node, "state");
            double silent = node.path("leaseAgeSeconds").asDouble();
            String what = name + " is " + state + ", heard of " + silent + " s ago";
            if (silent > SILENT_SECONDS) {
                findings.add(
                        Finding.warn(
                                "bus.workers",
                                what,
                                "see that it lives and that both reach each other's member port"));
            } else {
                findings.add(
                        state.equals("READY")
                                ? Finding.ok("bus.workers", what)
                                : Finding.warn(
                                        "bus.workers", what, "'orrery resume " + name + "'"));
            }
        }
    }

    private void ports(Settings known) {
        Settings.Server server = known.server();
        if (server.port() != 0) {
            findings.add(
                    isFree(server.host(), server.port())
                            ? Finding.ok("ports.http", server.port() + " is free")
                            : Finding.fail(
                                    "ports.http",
                                    server.host() + ":" + server.port() + " cannot be taken",
                                    "see who has it ('ss -ltnp'), or give another --port or"
                                            + " --host"));
        }
        Settings.Cluster cluster = known.cluster();
        if (cluster.enabled()) {
            boolean any =
                    IntStream.rangeClosed(cluster.memberPortFirst(), cluster.memberPortLast())
                            .anyMatch(port -> isFree(cluster.host(), port));
            findings.add(
                    any
                            ? Finding.ok("ports.members", "one at least is free")
                            : Finding.fail(
                                    "ports.members",
                                    "none on " + cluster.host() + " can be taken",
                                    "correct cluster.host, or widen cluster.memberPortLast"));
        }
    }

    private static boolean isFree(String host, int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
