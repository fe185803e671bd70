package dev.orrery.store.postgres;

import dev.orrery.config.Settings;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A real PostgreSQL in a directory, on a loopback port: made, started, stopped, killed, frozen.
 *
 * <p>It depends on no test framework. PostgreSQL refuses to run as root, so that root starts it
 * inside a user namespace, where it has no rights and still owns its files.
 */
public final class PostgresServer implements AutoCloseable {

    private static final String USER = "orrery";
    private static final String PASSWORD = "a test's secret";
    private static final Duration START_MAX = Duration.ofSeconds(60);
    private static final long POLL_NANOS = Duration.ofMillis(20).toNanos();

    private final Path directory;
    private final Path programs;
    private final int port;
    private final List<String> options;
    private Process process;

    private PostgresServer(Path directory, int port, List<String> options) throws IOException {
        this.directory = directory;
        this.programs = PostgresBinaries.folder();
        this.port = port;
        this.options = List.copyOf(options);
        make();
        this.process = launch();
        awaitAnswer();
    }

    /** Makes and starts a server on any free port. */
    public static PostgresServer start(Path directory) throws IOException {
        return start(directory, freePort(), List.of());
    }

    /**
     * Makes a server that is not there yet, and starts it.
     *
     * @param directory the server's own; its files stay there when it is stopped
     * @param options settings of the server, such as {@code max_connections=10}
     */
    public static PostgresServer start(Path directory, int port, List<String> options)
            throws IOException {
        Files.createDirectories(directory);
        return new PostgresServer(directory.toAbsolutePath(), port, options);
    }

    /** The address of a database, without user or password. */
    public String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    }

    /** The role, which may do everything. */
    public String user() {
        return USER;
    }

    /** The file that holds the role's password, 0600. */
    public Path passwordFile() {
        return directory.resolve("password");
    }

    /** The port it listens on. */
    public int port() {
        return port;
    }

    /** What to give to the store for a database of this server. */
    public Settings.Database settings(String database) {
        return new Settings.Database(
                url(database), USER, Optional.of(passwordFile()), Optional.empty());
    }

    /** Makes an empty database. */
    public void createDatabase(String name) throws SQLException {
        execute("postgres", "CREATE DATABASE " + name);
    }

    /** Executes SQL in a database. */
    public void execute(String database, String sql) throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** A connection of the caller's own. */
    public Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(url(database), USER, PASSWORD);
    }

    /** Starts it again on the same port and files. */
    public synchronized void start() throws IOException {
        process = launch();
        awaitAnswer();
    }

    /** Stops it in order, ending the connections of others. */
    public synchronized void stop() throws IOException {
        signal("INT", List.of(process.toHandle()));
        awaitEnd();
    }

    /** Stops it and starts it again. */
    public void restart() throws IOException {
        stop();
        start();
    }

    /** Ends all its processes at once, as when the machine goes. */
    public synchronized void kill() throws IOException {
        signal("KILL", all());
        awaitEnd();
        Files.deleteIfExists(data().resolve("postmaster.pid"));
    }

    /** Freezes all its processes. */
    public synchronized void pause() throws IOException {
        signal("STOP", all());
    }

    /** Lets frozen processes go on. */
    public synchronized void resume() throws IOException {
        signal("CONT", all());
    }

    /** Sends a signal to one backend by its pid, such as STOP. */
    public void signalBackend(String signal, long pid) throws IOException {
        signal(signal, List.of(ProcessHandle.of(pid).orElseThrow()));
    }

    /** Ends the server; its files stay. */
    @Override
    public void close() throws IOException {
        if (process.isAlive()) {
            signal("CONT", all());
            signal("QUIT", List.of(process.toHandle()));
            awaitEnd();
        }
    }

    private Path data() {
        return directory.resolve("data");
    }

    private void make() throws IOException {
        if (Files.exists(data())) {
            return;
        }
        Path password = passwordFile();
        Files.deleteIfExists(password);
        Files.createFile(
                password,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(password, PASSWORD + "\n");
        List<String> command = unprivileged("initdb");
        command.addAll(List.of("-D", data().toString(), "-U", USER, "-A", "scram-sha-256"));
        command.addAll(List.of("--pwfile=" + password, "-E", "UTF8", "--locale=C", "--no-sync"));
        Path log = directory.resolve("initdb.log");
        Process initdb = builder(command, log).start();
        try {
            boolean ended = initdb.waitFor(START_MAX.toSeconds(), TimeUnit.SECONDS);
            if (!ended || initdb.exitValue() != 0) {
                initdb.destroyForcibly();
                throw new IOException(command + " failed: " + Files.readString(log));
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private Process launch() throws IOException {
        List<String> command = unprivileged("postgres");
        command.addAll(List.of("-D", data().toString(), "-p", Integer.toString(port), "-k", ""));
        for (String option : options) {
            command.addAll(List.of("-c", option));
        }
        return builder(command, directory.resolve("log")).start();
    }

    private List<String> unprivileged(String program) {
        List<String> command = new ArrayList<>();
        if (System.getProperty("user.name").equals("root")) {
            command.addAll(List.of("unshare", "-U"));
        }
        command.add(programs.resolve("bin").resolve(program).toString());
        return command;
    }

    private static ProcessBuilder builder(List<String> command, Path log) {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(Map.of("LC_ALL", "C", "TZ", "UTC"));
        return builder;
    }

    private void awaitAnswer() throws IOException {
        long deadline = System.nanoTime() + START_MAX.toNanos();
        while (!answers(deadline)) {
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private boolean answers(long deadline) throws IOException {
        try {
            connect("postgres").close();
            return true;
        } catch (SQLException notYet) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                String log = Files.readString(directory.resolve("log"));
                throw new IOException("PostgreSQL does not start: " + log, notYet);
            }
            return false;
        }
    }

    private void awaitEnd() throws IOException {
        try {
            if (!process.waitFor(START_MAX.toSeconds(), TimeUnit.SECONDS)) {
                throw new IOException("PostgreSQL does not end");
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private List<ProcessHandle> all() {
        List<ProcessHandle> all = new ArrayList<>();
        all.add(process.toHandle());
        process.descendants().forEach(all::add);
        return all;
    }

    private static void signal(String signal, List<ProcessHandle> processes) throws IOException {
        List<String> command = new ArrayList<>(List.of("kill", "-" + signal));
        processes.forEach(process -> command.add(Long.toString(process.pid())));
        try {
            new ProcessBuilder(command).start().waitFor();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static IOException interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new IOException("interrupted", cause);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
