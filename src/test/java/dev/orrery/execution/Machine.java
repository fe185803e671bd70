package dev.orrery.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.config.Settings;
import dev.orrery.execution.posix.Launcher;
import dev.orrery.model.CapturedLog;
import dev.orrery.model.Content;
import dev.orrery.model.Resources;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.AttemptResult;
import dev.orrery.protocol.WorkerCommand.Assignment;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A worker's executor in a directory of its own, and what is looked at after each test. */
final class Machine implements AutoCloseable {

    static final Duration KILL_GRACE = Duration.ofMillis(500);
    static final Duration EXIT_DRAIN = Duration.ofMillis(300);
    static final long OUTPUT_BYTES_MAX = 4 << 20;
    static final int PIDS_MAX = 64;
    static final long FILES_BYTES_MAX = 1 << 20;

    final MasterTransfer master = new MasterTransfer();
    final Path directory;
    final PosixExecutor executor;
    private final IdentityHashMap<AttemptResult, Assignment> ran = new IdentityHashMap<>();

    Machine(Path directory) {
        this(directory, "first", Launcher.best());
    }

    Machine(Path directory, String runMarker, Launcher launcher) {
        this.directory = directory;
        this.executor =
                new PosixExecutor(
                        new ExecutorContext(
                                settings(), directory, new WorkerId("w-1"), runMarker, master),
                        launcher);
    }

    private static Settings.Worker settings() {
        return new Settings.Worker(
                "w-1",
                2,
                Resources.NONE,
                new TreeMap<>(),
                PosixExecutor.class.getName(),
                List.of("PATH", "HOME", "LANG"),
                KILL_GRACE,
                EXIT_DRAIN,
                OUTPUT_BYTES_MAX,
                FILES_BYTES_MAX,
                PIDS_MAX);
    }

    AttemptResult run(Task task) {
        return run(task.assignment());
    }

    AttemptResult run(Assignment assignment) {
        Recorder recorder = new Recorder();
        executor.start(assignment, recorder);
        AttemptResult result = recorder.result();
        ran.put(result, assignment);
        return result;
    }

    /** What a run wrote to stdout, whether it came with the result or, taking longer, before. */
    byte[] stdout(AttemptResult result) {
        return written(result, result.stdout(), CapturedLog.Stream.STDOUT);
    }

    /** The same of stderr. */
    byte[] stderr(AttemptResult result) {
        return written(result, result.stderr(), CapturedLog.Stream.STDERR);
    }

    private byte[] written(AttemptResult result, CapturedLog log, CapturedLog.Stream stream) {
        return log.content() instanceof Content.Shipped
                ? master.log(Optional.ofNullable(ran.get(result)).orElseThrow(), stream)
                : bytes(log);
    }

    static byte[] bytes(CapturedLog log) {
        assertThat(log.content()).isInstanceOf(Content.Inline.class);
        return ((Content.Inline) log.content()).bytes().toArray();
    }

    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    static String text(CapturedLog log) {
        return text(bytes(log));
    }

    /** How many processes sleep for that many seconds, a number by which a test knows its own. */
    static long sleepers(int seconds) {
        return pidsWith("sleep " + seconds).stream()
                .filter(pid -> commandLine(Path.of("/proc/" + pid)).matches("\\S*sleep \\d+ "))
                .count();
    }

    /** How many processes show this text in their command lines. */
    static long processesWith(String text) {
        return pidsWith(text).size();
    }

    static List<Long> pidsWith(String text) {
        try (Stream<Path> entries = Files.list(Path.of("/proc"))) {
            return entries.filter(entry -> entry.getFileName().toString().matches("[0-9]+"))
                    .filter(entry -> commandLine(entry).contains(text))
                    .map(entry -> Long.parseLong(entry.getFileName().toString()))
                    .filter(pid -> pid != ProcessHandle.current().pid())
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String commandLine(Path process) {
        try {
            String status = Files.readString(process.resolve("stat"));
            if (status.substring(status.lastIndexOf(')')).startsWith(") Z")) {
                return "";
            }
            return Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1)
                    .replace('\0', ' ');
        } catch (IOException e) {
            return "";
        }
    }

    @Override
    public void close() {
        executor.close();
    }
}
