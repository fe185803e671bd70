package dev.orrery.node;

import dev.orrery.cli.CommandException;
import dev.orrery.cli.Context;
import dev.orrery.cli.Program;
import dev.orrery.cli.RunningServer;
import dev.orrery.config.Role;
import dev.orrery.config.Settings;

import io.vertx.core.Vertx;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * The program itself, but for what a test does to the bus of its nodes: {@code -Dtest.lies=SEED}
 * makes it lie, {@code -Dtest.deaf=FILE} makes it deaf on order.
 */
public final class MischievousProgram {
    private MischievousProgram() {}

    public static void main(String[] args) {
        System.exit(Program.run(Context.ofProcess(MischievousProgram::start), args));
    }

    private static RunningServer start(Set<Role> roles, Settings settings) throws CommandException {
        try {
            return new Running(Node.start(roles, settings, MischievousProgram::prepare));
        } catch (NodeException fault) {
            throw new CommandException(fault.exitCode(), fault.text(), fault);
        }
    }

    private static void prepare(Vertx vertx) {
        Optional.ofNullable(Long.getLong("test.lies"))
                .ifPresent(seed -> LyingBus.install(vertx, seed));
        Optional.ofNullable(System.getProperty("test.deaf"))
                .ifPresent(order -> Deafness.await(vertx, Path.of(order)));
    }

    private record Running(Node node) implements RunningServer {
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
