package dev.orrery.cli.command;

import com.fasterxml.jackson.databind.JsonNode;

import dev.orrery.cli.ExitCode;
import dev.orrery.cli.RootCommand;
import dev.orrery.cli.client.ApiPath;
import dev.orrery.cli.client.Json;
import dev.orrery.cli.option.OutputOption;
import dev.orrery.cli.option.ServerOptions;
import dev.orrery.cli.text.Table;
import dev.orrery.model.Quantities;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/** Lists the workers with what they have free. */
@Command(name = "nodes", description = "Lists the workers with what they have free.")
public final class NodesCommand implements Callable<Integer> {

    private final RootCommand root;
    @Mixin private final ServerOptions server = new ServerOptions();
    @Mixin private final OutputOption output = new OutputOption();

    /** The command within the program. */
    public NodesCommand(RootCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        try (ServerOptions.Session session = server.open(root)) {
            List<JsonNode> nodes = Json.items(session.client().get(ApiPath.of("nodes")), "items");
            output.writeAll(
                    root.context(), nodes, node -> Json.textOrDash(node, "name"), this::show);
            return ExitCode.OK;
        }
    }

    private void show(List<JsonNode> nodes) {
        Table table =
                new Table(
                        "NAME", "STATE", "RUNNING", "SLOTS", "CPUS", "MEMORY", "GPUS", "LABELS",
                        "HOST", "VERSION");
        for (JsonNode node : nodes) {
            JsonNode free = node.path("free");
            JsonNode capacity = node.path("capacity");
            table.add(
                    Json.textOrDash(node, "name"),
                    Json.textOrDash(node, "state"),
                    Json.textOrDash(node, "running"),
                    Json.textOrDash(node, "slots"),
                    Json.textOrDash(free, "cpus") + "/" + Json.textOrDash(capacity, "cpus"),
                    memory(free) + "/" + memory(capacity),
                    Json.textOrDash(free, "gpus") + "/" + Json.textOrDash(capacity, "gpus"),
                    labels(node.path("labels")),
                    Json.textOrDash(node, "host"),
                    Json.textOrDash(node, "version"));
        }
        table.lines().forEach(root.context()::print);
    }

    private static String memory(JsonNode resources) {
        return Quantities.describeSize(resources.path("memoryBytes").asLong());
    }

    private static String labels(JsonNode labels) {
        return labels.isEmpty()
                ? "-"
                : labels.properties().stream()
                        .map(label -> label.getKey() + "=" + label.getValue().asText())
                        .collect(Collectors.joining(","));
    }
}
