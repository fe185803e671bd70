package dev.orrery.cli.command;

import com.fasterxml.jackson.databind.JsonNode;

import dev.orrery.cli.ExitCode;
import dev.orrery.cli.RootCommand;
import dev.orrery.cli.client.ApiPath;
import dev.orrery.cli.client.NodeWatch;
import dev.orrery.cli.option.ServerOptions;
import dev.orrery.cli.text.TerminalText;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/** Lets workers take no new tasks, or take them again. */
@Command(description = "Lets workers take no new tasks (drain), or take them again (resume).")
public final class DrainCommand implements Callable<Integer> {

    private final RootCommand root;
    private final boolean draining;
    @Mixin private final ServerOptions server = new ServerOptions();

    @Option(
            names = "--wait",
            description = "Wait until no task runs there (drain), or until it is ready (resume).")
    private boolean wait;

    @Parameters(arity = "1..*", paramLabel = "NODE", description = "Names as 'nodes' lists them.")
    private List<String> nodes = new ArrayList<>();

    /**
     * The command within the program.
     *
     * @param draining whether it drains, or resumes
     */
    public DrainCommand(RootCommand root, boolean draining) {
        this.root = root;
        this.draining = draining;
    }

    @Override
    public Integer call() {
        try (ServerOptions.Session session = server.open(root)) {
            for (String node : nodes) {
                session.client().post(ApiPath.of("nodes", node, draining ? "drain" : "resume"));
                root.context()
                        .print(TerminalText.clean(node) + (draining ? " drains" : " resumes"));
            }
            if (wait) {
                NodeWatch watch = new NodeWatch(session.client());
                for (String node : nodes) {
                    watch.await(node, draining ? DrainCommand::isEmpty : DrainCommand::isReady);
                    root.context()
                            .print(TerminalText.clean(node) + (draining ? " drained" : " ready"));
                }
            }
            return ExitCode.OK;
        }
    }

    /** A node that left runs nothing either. */
    private static boolean isEmpty(Optional<JsonNode> node) {
        return node.map(it -> it.path("state").asText().equals("DRAINED")).orElse(true);
    }

    private static boolean isReady(Optional<JsonNode> node) {
        return node.map(it -> it.path("state").asText().equals("READY")).orElse(false);
    }
}
