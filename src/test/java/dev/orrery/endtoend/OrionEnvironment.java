package dev.orrery.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A folder in which {@code bin/env-start} runs a master and two workers. */
final class OrionEnvironment {
    private final Stage stage;
    private final Path folder;
    private final Path configuration;

    OrionEnvironment(Stage stage, String name, String configuration) {
        this.stage = stage;
        this.folder = stage.path(name);
        this.configuration = stage.write(name + ".yaml", configuration);
    }

    /** Starts what does not run, and gives the output of the script. */
    String start() {
        return script("env-start", "--port", "0", "--", "--conf", configuration.toString());
    }

    String stop() {
        return script("env-stop");
    }

    private String script(String name, String... more) {
        List<String> command = new ArrayList<>();
        command.add(Distribution.launcher().resolveSibling(name).toString());
        command.addAll(List.of("--dir", folder.toString()));
        command.addAll(List.of(more));
        Program program = stage.program(command.toArray(String[]::new));
        assertThat(program.exit()).as(program.out() + program.err()).isZero();
        return program.out();
    }

    /** Where its master serves. */
    String url() {
        return read("url");
    }

    /** The process that the script started for the node. */
    long pid(String node) {
        return Long.parseLong(read("active-processes/" + node + "-pid.txt"));
    }

    /** The living processes of the node: its JVM, and the supervisor of a worker. */
    List<Long> processes(String node) {
        return Processes.withArgument(folder.resolve(node) + "\0");
    }

    /** Kills the process of the node. */
    void kill(String node) {
        long pid = pid(node);
        Processes.signal("KILL", pid);
        await().until(() -> !processes(node).contains(pid));
    }

    String token() {
        return read("master/admin.token");
    }

    Path path(String name) {
        return folder.resolve(name);
    }

    private String read(String name) {
        try {
            return Files.readString(path(name)).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
