package dev.orrery.execution.posix;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/**
 * The control group of a slot, reused by one attempt after another: a directory in each hierarchy
 * that helps.
 *
 * <p>Joining happens right after the start, so that a process that forks within microseconds may
 * leave a child outside: the group kills fast and bounds, {@link ProcessTree} knows the truth.
 */
public final class ControlGroup {

    /** No group at all. */
    public static final ControlGroup NONE = new ControlGroup(Optional.empty(), List.of());

    private static final String MEMBERS = "cgroup.procs";

    private final Optional<Path> unified;
    private final List<Path> directories;

    ControlGroup(Optional<Path> unified, List<Path> directories) {
        this.unified = unified;
        this.directories = List.copyOf(directories);
    }

    List<Path> directories() {
        return directories;
    }

    void join(long pid) {
        for (Path directory : directories) {
            write(directory.resolve(MEMBERS), Long.toString(pid));
        }
    }

    /** Kills all members at once; says whether the kernel did. */
    boolean kill() {
        return unified.isPresent() && write(unified.get().resolve("cgroup.kill"), "1");
    }

    /** The living members. */
    List<Long> members() {
        return directories.isEmpty() ? List.of() : members(directories.getFirst());
    }

    /** The peak as the kernel counted it; 0 when it does not. */
    long memoryPeakBytes() {
        return unified.flatMap(directory -> read(directory.resolve("memory.peak")))
                .map(text -> Long.parseLong(text.strip()))
                .orElse(0L);
    }

    static List<Long> members(Path directory) {
        return read(directory.resolve(MEMBERS)).map(ProcessTable::numbers).orElse(List.of());
    }

    /** A process that is gone, or a limit that is not offered, is no reason to stop. */
    static boolean write(Path file, String text) {
        try {
            Files.writeString(file, text, StandardOpenOption.WRITE);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    static Optional<String> read(Path file) {
        try {
            return Optional.of(Files.readString(file, StandardCharsets.US_ASCII));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
