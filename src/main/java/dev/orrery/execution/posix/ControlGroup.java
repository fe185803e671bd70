package dev.orrery.execution.posix;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/**
 * The control group of a slot, reused by one attempt after another.
 *
 * <p>In the first version's hierarchy a thread can enter, and what it starts is born inside. To
 * bring in a whole process from outside makes the kernel wait until all cpus have passed a quiet
 * point, 10 to 20 ms on an idle machine; a thread that moves itself does not. The unified hierarchy
 * has no such way: there the process joins right after its start, so that one that forks within
 * microseconds may leave a child outside: the group kills fast and bounds, {@link ProcessTree}
 * knows the truth.
 */
public final class ControlGroup {

    /** No group at all. */
    public static final ControlGroup NONE =
            new ControlGroup(Optional.empty(), Optional.empty(), Optional.empty());

    static final String PIDS_MAX = "pids.max";

    private static final String MEMBERS = "cgroup.procs";
    private static final String THREADS = "tasks";
    private static final String CURRENT_THREAD = "0";

    private final Optional<Path> directory;
    private final Optional<KernelFile> members;
    private final Optional<Door> door;
    private volatile boolean closed;

    /** How a thread enters and leaves. */
    private record Door(KernelFile inside, KernelFile home) {}

    private ControlGroup(
            Optional<Path> directory, Optional<KernelFile> members, Optional<Door> door) {
        this.directory = directory;
        this.members = members;
        this.door = door;
    }

    /** The group of a directory that was just made, for threads of a process at home. */
    static ControlGroup of(Path directory, Optional<KernelFile> home) {
        Optional<KernelFile> inside = KernelFile.open(directory.resolve(THREADS), true);
        return new ControlGroup(
                Optional.of(directory),
                KernelFile.open(directory.resolve(MEMBERS), true),
                inside.flatMap(in -> home.map(back -> new Door(in, back))));
    }

    /** Where threads of a process return to, that is in the group of this directory. */
    static Optional<KernelFile> home(Path directory) {
        return KernelFile.open(directory.resolve(THREADS), true);
    }

    /** The calling thread enters, where it can; says whether it did. */
    boolean enter() {
        return door.map(it -> it.inside().write(CURRENT_THREAD)).orElse(false);
    }

    /** The calling thread goes back to where its process is; says whether it could. */
    boolean leave() {
        return door.map(it -> it.home().write(CURRENT_THREAD)).orElse(false);
    }

    void join(long pid) {
        members.ifPresent(file -> file.write(Long.toString(pid)));
    }

    /** Removes it; a directory that still has members is left to the next incarnation. */
    void remove() {
        members.ifPresent(KernelFile::close);
        door.map(Door::inside).ifPresent(KernelFile::close);
        directory.ifPresent(own -> own.toFile().delete());
    }

    /** Kills all members at once where the kernel can, and lets no new ones be born where not. */
    void kill() {
        closed = true;
        directory.ifPresent(ControlGroup::close);
    }

    /** Whether it was killed, and takes no more members. */
    boolean isClosed() {
        return closed;
    }

    /** Kills by {@code cgroup.kill}; the first version has none, but a bound on births. */
    static void close(Path directory) {
        boolean _ =
                write(directory.resolve("cgroup.kill"), "1")
                        || write(directory.resolve(PIDS_MAX), "0");
    }

    /** The living members. */
    List<Long> members() {
        return members.flatMap(KernelFile::read).map(ProcessTable::numbers).orElse(List.of());
    }

    /** The peak as the kernel counted it; 0 when it does not. */
    long memoryPeakBytes() {
        return directory
                .flatMap(own -> read(own.resolve("memory.peak")))
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
