package dev.orrery.cli.serve;

import dev.orrery.cli.RootCommand;
import dev.orrery.cli.RunningServer;
import dev.orrery.config.Role;
import dev.orrery.config.Settings;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Callable;

/** Runs a node with some of the roles until it is told to stop. */
@Command
public final class ServeCommand implements Callable<Integer> {

    private final RootCommand root;
    private final Set<Role> roles;
    @Mixin private final ServeOptions options = new ServeOptions();

    /** A node with the roles. */
    public ServeCommand(RootCommand root, Set<Role> roles) {
        this.root = root;
        this.roles = EnumSet.copyOf(roles);
    }

    /** What the role does, in a sentence. */
    public static String describe(String role) {
        return switch (role) {
            case "dev" -> "Runs a whole cluster in one process.";
            case "master" -> "Accepts, schedules and answers.";
            case "worker" -> "Runs tasks for the masters of its cluster.";
            case "proxy" -> "Fans events out to clients.";
            default -> throw new IllegalArgumentException("no role: " + role);
        };
    }

    @Override
    public Integer call() throws Exception {
        Settings settings = options.settings(root);
        RunningServer server = root.context().servers().start(roles, settings);
        return Serving.serve(root.context(), server, settings.server().drainTimeout());
    }
}
