package dev.orrery.cli.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;

import dev.orrery.cli.RootCommand;
import dev.orrery.cli.client.Json;
import dev.orrery.config.ConfigurationException;
import dev.orrery.config.Settings;
import dev.orrery.config.SettingsReader;

import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The flags of a node, each of which sets a key of the configuration. */
final class ServeOptions {

    private static final Map<String, String> VERTX_OPTIONS =
            Map.of(
                    "eventLoopPoolSize", "threads.eventLoops",
                    "workerPoolSize", "threads.workers");

    @Option(
            names = {"--conf", "-conf"},
            paramLabel = "FILE",
            description = "Configuration in YAML.")
    private Optional<Path> conf = Optional.empty();

    @Option(
            names = {"--options", "-options"},
            paramLabel = "FILE",
            description = "Vert.x options in JSON: eventLoopPoolSize, workerPoolSize.")
    private Optional<Path> options = Optional.empty();

    @Option(names = "--host", paramLabel = "HOST", description = "Address to listen on.")
    private Optional<String> host = Optional.empty();

    @Option(names = "--port", paramLabel = "N", description = "Port of HTTP; 0 takes any.")
    private Optional<String> port = Optional.empty();

    @Option(
            names = {"--cluster", "-cluster"},
            description = "Form a cluster with other processes.")
    private boolean cluster;

    @Option(
            names = {"--cluster-host", "-cluster-host"},
            paramLabel = "HOST",
            description = "Address of the event bus.")
    private Optional<String> clusterHost = Optional.empty();

    @Option(
            names = {"--cluster-port", "-cluster-port"},
            paramLabel = "N",
            description = "Port of the event bus; 0 takes any.")
    private Optional<String> clusterPort = Optional.empty();

    @Option(
            names = "--join",
            paramLabel = "HOST:PORT[,...]|https://HOST:PORT",
            description = "Members to join, or a master to enrol at; means --cluster.")
    private Optional<String> join = Optional.empty();

    @Option(
            names = "--enrol",
            paramLabel = "TOKEN",
            description = "What 'orrery token node' printed; works once.")
    private Optional<String> enrol = Optional.empty();

    @Option(
            names = "--network",
            paramLabel = "private",
            description = "Affirms that only members reach the cluster's network.")
    private Optional<String> network = Optional.empty();

    @Option(
            names = "--compat",
            paramLabel = "orion,simple",
            description = "Interfaces of other systems to serve; any local user can run code.")
    private Optional<String> compat = Optional.empty();

    @Option(names = "--tls-cert", paramLabel = "FILE", description = "PEM certificate chain.")
    private Optional<String> certificate = Optional.empty();

    @Option(names = "--tls-key", paramLabel = "FILE", description = "PEM private key.")
    private Optional<String> key = Optional.empty();

    @Option(names = "--tls-ca", paramLabel = "FILE", description = "PEM of the members' authority.")
    private Optional<String> authority = Optional.empty();

    @Option(names = "--name", paramLabel = "NAME", description = "Lasting name of the worker.")
    private Optional<String> name = Optional.empty();

    @Option(names = "--slots", paramLabel = "N", description = "Tasks at the same time.")
    private Optional<String> slots = Optional.empty();

    @Option(
            names = "--label",
            paramLabel = "NAME=VALUE",
            description = "A label of the worker; repeatable.")
    private List<String> labels = new ArrayList<>();

    @Option(names = "--memory", paramLabel = "SIZE", description = "Memory that the worker offers.")
    private Optional<String> memory = Optional.empty();

    @Option(names = "--gpus", paramLabel = "N", description = "Gpus that the worker offers.")
    private Optional<String> gpus = Optional.empty();

    @Option(
            names = "--resource",
            paramLabel = "NAME=N",
            description = "Any other countable thing that the worker offers; repeatable.")
    private List<String> resources = new ArrayList<>();

    /**
     * The settings by file, environment and these flags.
     *
     * @throws ConfigurationException with every fault of all of them
     */
    Settings settings(RootCommand root) {
        List<String> faults = new ArrayList<>();
        Map<String, String> flags = flags(faults);
        root.namedData().ifPresent(data -> flags.put("server.data", data.toString()));
        options.ifPresent(file -> readOptions(file, flags, faults));
        try {
            Settings settings = SettingsReader.read(conf, root.context().environment(), flags);
            if (faults.isEmpty()) {
                return settings;
            }
        } catch (ConfigurationException e) {
            faults.addAll(e.faults());
        }
        throw new ConfigurationException(faults);
    }

    private Map<String, String> flags(List<String> faults) {
        Map<String, String> flags = new TreeMap<>();
        host.ifPresent(text -> flags.put("server.host", text));
        port.ifPresent(text -> flags.put("server.port", text));
        certificate.ifPresent(text -> flags.put("server.tls.cert", text));
        key.ifPresent(text -> flags.put("server.tls.key", text));
        authority.ifPresent(text -> flags.put("server.tls.ca", text));
        if (cluster || join.isPresent()) {
            flags.put("cluster.enabled", "true");
        }
        clusterHost.ifPresent(text -> flags.put("cluster.host", text));
        clusterPort.ifPresent(text -> flags.put("cluster.port", text));
        join.ifPresent(text -> flags.put("cluster.join", text));
        enrol.ifPresent(text -> flags.put("cluster.enrol", text));
        network.ifPresent(text -> flags.put("cluster.network", text));
        compat.ifPresent(text -> flags.put("compat.enable", text));
        name.ifPresent(text -> flags.put("worker.name", text));
        slots.ifPresent(text -> flags.put("worker.slots", text));
        memory.ifPresent(text -> flags.put("worker.extra.memory", text));
        gpus.ifPresent(text -> flags.put("worker.extra.gpus", text));
        addEntries("--label", "worker.labels.", labels, flags, faults);
        addEntries("--resource", "worker.extra.named.", resources, flags, faults);
        return flags;
    }

    private static void addEntries(
            String option,
            String prefix,
            List<String> entries,
            Map<String, String> flags,
            List<String> faults) {
        for (String entry : entries) {
            int equals = entry.indexOf('=');
            if (equals < 1) {
                faults.add(option + ": is written NAME=VALUE, not: " + entry);
            } else {
                flags.put(prefix + entry.substring(0, equals), entry.substring(equals + 1));
            }
        }
    }

    private static void readOptions(Path file, Map<String, String> flags, List<String> faults) {
        try {
            JsonNode all = Json.parse(Files.readString(file));
            for (Map.Entry<String, JsonNode> option : all.properties()) {
                String setting = VERTX_OPTIONS.get(option.getKey());
                if (setting == null) {
                    faults.add(
                            file
                                    + ": "
                                    + option.getKey()
                                    + " is not taken over; known are "
                                    + VERTX_OPTIONS.keySet().stream().sorted().toList());
                } else {
                    flags.put(setting, option.getValue().asText());
                }
            }
        } catch (JsonProcessingException e) {
            faults.add(file + ": is not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            faults.add(file + ": cannot be read: " + e);
        }
    }
}
