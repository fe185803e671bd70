package dev.orrery;

import dev.orrery.cli.CommandException;
import dev.orrery.cli.Context;
import dev.orrery.cli.Program;
import dev.orrery.cli.RunningServer;
import dev.orrery.cli.Servers;
import dev.orrery.cli.Upkeep;
import dev.orrery.config.Role;
import dev.orrery.config.Settings;
import dev.orrery.node.Node;
import dev.orrery.node.NodeException;

import java.net.URI;
import java.util.Optional;
import java.util.Set;

/** The entry of the program, which wires the command line to the nodes. */
public final class Main {

    private Main() {}

    /** Runs the command that the arguments name, and exits with its code. */
    public static void main(String[] args) {
        Context context = Context.ofProcess(new Nodes());
        System.exit(Program.run(context, args));
    }

    /** The nodes and the store behind the commands. */
    private static final class Nodes implements Servers {
        @Override
        public RunningServer start(Set<Role> roles, Settings settings) throws CommandException {
            try {
                return new RunningNode(Node.start(roles, settings));
            } catch (NodeException fault) {
                throw new CommandException(fault.exitCode(), fault.text(), fault);
            }
        }

        @Override
        public Upkeep upkeep() {
            return new StoreUpkeep();
        }
    }

    /** A node as the command line sees it. */
    private record RunningNode(Node node) implements RunningServer {
        @Override
        public Optional<URI> uri() {
            return node.uri();
        }

        @Override
        public String name() {
            return node.name();
        }

        @Override
        public int awaitEnd() throws InterruptedException {
            return node.awaitEnd();
        }

        @Override
        public void stop() {
            node.close();
        }
    }
}
