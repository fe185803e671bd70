package dev.orrery.endtoend;

import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where a test plays: a directory, and the programs that were started in it.
 *
 * <p>At the end, of the test or of the class by its lifecycle, every process is killed by its id,
 * tasks left behind included: all of them carry the directory in their environment as HOME.
 */
public final class Stage
        implements AfterEachCallback, AfterAllCallback, TestExecutionExceptionHandler {
    private static final String JVM =
            "-Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto"
                    + " -XX:+ExitOnOutOfMemoryError --sun-misc-unsafe-memory-access=allow"
                    + " --enable-native-access=ALL-UNNAMED"
                    + " -Djava.util.concurrent.ForkJoinPool.common.parallelism=2";

    private final Path directory;
    private final Path jar;
    private final List<Program> programs = new ArrayList<>();

    public Stage() {
        try {
            directory = Files.createTempDirectory("orrery-end-to-end");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        jar = Distribution.jar(directory);
    }

    /** The program. */
    public Path jar() {
        return jar;
    }

    /** A file or directory of the test. */
    public Path path(String name) {
        return directory.resolve(name);
    }

    public Path write(String name, String text) {
        try {
            Files.createDirectories(path(name).getParent());
            return Files.writeString(path(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts the jar without a supervisor. */
    public Program java(String... arguments) {
        return javaWith(JVM, arguments);
    }

    /** The beginning of a command that starts the jar. */
    public List<String> javaCommand() {
        return javaCommand(JVM);
    }

    /** The same with options for its JVM. */
    public List<String> javaCommand(String options) {
        List<String> command = new ArrayList<>(List.of(Distribution.java().toString()));
        command.addAll(List.of(options.split(" ")));
        command.addAll(List.of("-jar", jar.toString()));
        return command;
    }

    /** Starts the jar with options for its JVM. */
    public Program javaWith(String options, String... arguments) {
        List<String> command = javaCommand(options);
        command.addAll(List.of(arguments));
        return start(command, Map.of());
    }

    /** Starts {@code bin/orrery}. */
    public Program orrery(String... arguments) {
        return orrery(Map.of(), arguments);
    }

    /** Starts {@code bin/orrery} with further variables. */
    public Program orrery(Map<String, String> variables, String... arguments) {
        List<String> command = new ArrayList<>(List.of(Distribution.launcher().toString()));
        command.addAll(List.of(arguments));
        return start(command, variables);
    }

    /** Starts any program in the same surroundings. */
    public Program program(String... command) {
        return start(List.of(command), Map.of());
    }

    /** Has a shell run a line, in which the word {@code orrery} is {@code bin/orrery}. */
    public Program shell(String line, Map<String, String> variables) {
        String named = "orrery() { \"$ORRERY_LAUNCHER\" \"$@\"; }\n" + line;
        Map<String, String> all = new TreeMap<>(variables);
        all.put("ORRERY_LAUNCHER", Distribution.launcher().toString());
        return start(List.of("bash", "-c", named), all);
    }

    private Program start(List<String> command, Map<String, String> variables) {
        String name = "program-" + (programs.size() + 1);
        Path out = path(name + ".out");
        Path err = path(name + ".err");
        ProcessBuilder builder = new ProcessBuilder(command);
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(variable -> variable.startsWith("ORRERY_"));
        environment.put("HOME", directory.toString());
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.put("ORRERY_JAR", jar.toString());
        environment.put("ORRERY_AOT", "off");
        environment.put("ORRERY_JAVA_OPTS", "-Xmx256m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
        environment.putAll(new TreeMap<>(variables));
        try {
            Process process =
                    builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
            Program program = new Program(String.join(" ", command), process, out, err);
            programs.add(program);
            return program;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A client with the admin's token of the data directory. */
    public Api api(Program server, String data) {
        return new Api(server.uri(), token(data));
    }

    public String token(String data) {
        try {
            return Files.readString(path(data).resolve("admin.token")).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure)
            throws Throwable {
        failure.addSuppressed(
                new AssertionError(
                        programs.stream()
                                .map(Program::transcript)
                                .collect(Collectors.joining("\n", "\n", ""))));
        throw failure;
    }

    @Override
    public void afterEach(ExtensionContext context) {
        if (context.getTestInstanceLifecycle().filter(Lifecycle.PER_METHOD::equals).isPresent()) {
            close();
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        close();
    }

    /** Kills what was started, and removes the directory. */
    public void close() {
        programs.stream()
                .map(Program::pid)
                .filter(Processes::isAlive)
                .forEach(pid -> Processes.signal("KILL", pid));
        await().atMost(Duration.ofSeconds(20))
                .until(() -> {
                    List<Long> left = Processes.withEnvironment(directory.toString());
                    left.forEach(pid -> Processes.signal("KILL", pid));
                    return left.isEmpty();
                });
        remove();
    }

    private void remove() {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path file : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
