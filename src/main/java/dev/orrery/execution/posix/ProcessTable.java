package dev.orrery.execution.posix;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** The kernel's table of processes, read from {@code /proc}; empty where there is none. */
public final class ProcessTable implements AutoCloseable {

    private static final Path PROC = Path.of("/proc");
    private static final String LOCKS_LINE = "\nMax file locks";
    private static final String PEAK_LINE = "\nVmHWM:";
    private static final int SESSION_FIELD = 3;
    private static final int START_FIELD = 19;

    private final long self = ProcessHandle.current().pid();
    private final Optional<KernelFile> orphans =
            KernelFile.open(PROC.resolve(self + "/task/" + self + "/children"), false);

    /**
     * One process.
     *
     * @param state as in {@code /proc/PID/stat}: Z has ended and waits for its parent
     * @param startTicks since the machine's start
     */
    record Entry(long pid, long parent, long session, char state, long startTicks) {

        boolean isZombie() {
            return state == 'Z' || state == 'X';
        }
    }

    @Override
    public void close() {
        orphans.ifPresent(KernelFile::close);
    }

    /** This process. */
    long self() {
        return self;
    }

    /** Every process. */
    List<Entry> all() {
        List<Entry> entries = new ArrayList<>();
        for (long pid : pids()) {
            find(pid).ifPresent(entries::add);
        }
        return entries;
    }

    /** One process, if there is such. */
    Optional<Entry> find(long pid) {
        return read(PROC.resolve(pid + "/stat")).flatMap(stat -> parse(pid, stat));
    }

    /**
     * The children of our main thread. It starts none itself: they are orphans that were adopted,
     * and children of threads that have ended.
     */
    List<Long> adopted() {
        Optional<String> line = orphans.flatMap(KernelFile::read);
        if (line.isEmpty()) {
            return all().stream().filter(e -> e.parent() == self).map(Entry::pid).toList();
        }
        return numbers(line.get());
    }

    /** Whether the adopted are told apart from the children of our other threads. */
    boolean tellsAdopted() {
        return orphans.isPresent();
    }

    /** The children of a process's main thread. */
    List<Long> children(long pid) {
        return read(PROC.resolve(pid + "/task/" + pid + "/children"))
                .map(ProcessTable::numbers)
                .orElse(List.of());
    }

    /** The processes whose environment or tag passes. */
    List<Long> marked(Predicate<String> environment, String tagPrefix) {
        return pids().stream()
                .filter(pid -> pid != self)
                .filter(pid -> tag(pid).startsWith(tagPrefix) || environment.test(environment(pid)))
                .toList();
    }

    /** Whether the process belongs to this attempt by its own marks. */
    boolean carries(long pid, Identity identity) {
        return tag(pid).equals(Long.toString(identity.tag()))
                || environment(pid).contains("\0" + identity.variable() + "\0");
    }

    /** The tag of the process; empty when it is gone. */
    String tag(long pid) {
        String limits = read(PROC.resolve(pid + "/limits")).orElse("");
        int line = limits.indexOf(LOCKS_LINE);
        if (line < 0) {
            return "";
        }
        String rest = limits.substring(line + LOCKS_LINE.length()).stripLeading();
        return rest.substring(0, Math.max(0, rest.indexOf(' ')));
    }

    /** The most memory the process had resident, in bytes; 0 when it is not to be known. */
    long memoryPeakBytes(long pid) {
        String status = read(PROC.resolve(pid + "/status")).orElse("");
        int line = status.indexOf(PEAK_LINE);
        if (line < 0) {
            return 0;
        }
        String rest = status.substring(line + PEAK_LINE.length()).stripLeading();
        return Long.parseLong(rest.substring(0, rest.indexOf(' '))) * 1024;
    }

    /** The environment at the start of the program, each variable between two zero characters. */
    private static String environment(long pid) {
        return "\0" + read(PROC.resolve(pid + "/environ")).orElse("");
    }

    private static List<Long> pids() {
        List<Long> pids = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
            entries.forEach(entry -> pids.add(Long.parseLong(entry.getFileName().toString())));
        } catch (IOException e) {
            return List.of(); // not Linux
        }
        return pids;
    }

    static List<Long> numbers(String text) {
        String stripped = text.strip();
        if (stripped.isEmpty()) {
            return List.of();
        }
        List<Long> numbers = new ArrayList<>();
        for (String number : stripped.split("\\s+")) {
            numbers.add(Long.parseLong(number));
        }
        return numbers;
    }

    /** The name in parentheses may hold anything, so that fields are counted from its end. */
    private static Optional<Entry> parse(long pid, String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return Optional.of(
                new Entry(
                        pid,
                        Long.parseLong(fields[1]),
                        Long.parseLong(fields[SESSION_FIELD]),
                        fields[0].charAt(0),
                        Long.parseLong(fields[START_FIELD])));
    }

    /** A file of the kernel; empty when its process is gone or is not ours to read. */
    private static Optional<String> read(Path file) {
        try {
            return Optional.of(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
