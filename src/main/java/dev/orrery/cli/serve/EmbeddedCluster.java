package dev.orrery.cli.serve;

import dev.orrery.cli.CommandException;
import dev.orrery.cli.Context;
import dev.orrery.cli.ExitCode;
import dev.orrery.cli.RunningServer;
import dev.orrery.cli.client.Connection;
import dev.orrery.cli.client.Endpoint;
import dev.orrery.cli.client.Json;
import dev.orrery.config.ConfigurationException;
import dev.orrery.config.Role;
import dev.orrery.config.Settings;
import dev.orrery.config.SettingsReader;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A whole cluster within a command, on loopback and in a directory of its own below DIR/runs.
 *
 * <p>The directory stays, and can be read later, until it is older than a week and another run
 * begins.
 */
public final class EmbeddedCluster implements AutoCloseable {

    private static final String MARK = "run.json";
    private static final Duration KEPT = Duration.ofDays(7);
    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final Path data;
    private final RunningServer server;

    private EmbeddedCluster(Path data, RunningServer server) {
        this.data = data;
        this.server = server;
    }

    /** Whether the directory was made by a run. */
    public static boolean isRun(Path data) {
        return Files.isRegularFile(data.resolve(MARK));
    }

    /** Starts all roles in a new directory below the given one. */
    public static EmbeddedCluster start(Context context, Path data) {
        Path runs = data.toAbsolutePath().resolve("runs");
        Instant now = Instant.now();
        Path run = runs.resolve(NAME.format(now) + "-" + ProcessHandle.current().pid());
        try {
            Files.createDirectories(
                    run,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
            removeOld(runs, now);
            Files.writeString(
                    run.resolve(MARK), Json.write(Json.object().put("startedAt", now.toString())));
        } catch (IOException e) {
            throw new CommandException(ExitCode.FAILED, "cannot make " + run + ": " + e, e);
        }
        return start(context, run, EnumSet.allOf(Role.class));
    }

    /** Starts what is needed to read the directory of an ended run. */
    public static EmbeddedCluster reopen(Context context, Path run) {
        return start(context, run.toAbsolutePath(), EnumSet.of(Role.MASTER, Role.PROXY));
    }

    private static EmbeddedCluster start(Context context, Path run, Set<Role> roles) {
        // Before anything logs: what the task prints is all that is printed.
        System.setProperty("logback.configurationFile", "logback-run.xml");
        System.setProperty("orrery.log.file", run.resolve("orrery.log").toString());
        try {
            return new EmbeddedCluster(run, context.servers().start(roles, settings(context, run)));
        } catch (CommandException e) {
            throw e;
        } catch (ConfigurationException e) {
            throw new CommandException(ExitCode.CONFIGURATION, String.join("\n", e.faults()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException(ExitCode.FAILED, "interrupted", e);
        } catch (Exception e) {
            throw new CommandException(ExitCode.SOFTWARE, "cannot start a cluster: " + e, e);
        }
    }

    private static Settings settings(Context context, Path run) {
        Map<String, String> environment = new HashMap<>(context.environment());
        environment
                .keySet()
                .removeIf(name ->
                        name.startsWith("ORRERY_SERVER_") || name.startsWith("ORRERY_CLUSTER_"));
        return SettingsReader.read(
                Optional.empty(),
                environment,
                Map.of(
                        "server.data",
                        run.toString(),
                        "server.port",
                        "0",
                        "server.drainTimeout",
                        "0"));
    }

    private static void removeOld(Path runs, Instant now) throws IOException {
        List<Path> old;
        try (Stream<Path> all = Files.list(runs)) {
            old = all.filter(run -> isRun(run) && isOld(run, now)).toList();
        }
        for (Path run : old) {
            removeTree(run);
        }
    }

    private static boolean isOld(Path run, Instant now) {
        try {
            Instant begun = Files.getLastModifiedTime(run.resolve(MARK)).toInstant();
            return begun.isBefore(now.minus(KEPT));
        } catch (IOException vanished) {
            return false;
        }
    }

    /** Removes the directory with all that is in it, following no link. */
    static void removeTree(Path directory) throws IOException {
        Files.walkFileTree(
                directory,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.deleteIfExists(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(
                            Path visited, @org.jspecify.annotations.Nullable IOException failure)
                            throws IOException {
                        Files.deleteIfExists(visited);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }

    /** The directory, which is that of the servers. */
    public Path data() {
        return data;
    }

    /** Where the cluster answers. */
    public URI uri() {
        return server.uri()
                .orElseThrow(
                        () -> new CommandException(ExitCode.SOFTWARE, "the master has no uri"));
    }

    /** How a client within this process reaches it. */
    public Endpoint endpoint() {
        Connection connection =
                new Connection(
                        data, Optional.empty(), Optional.empty(), Optional.empty(), Map.of());
        return connection.endpointAt(uri());
    }

    @Override
    public void close() {
        server.stop();
    }
}
