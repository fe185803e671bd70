package dev.orrery.execution.posix;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The control groups of one incarnation of a worker.
 *
 * <p>Used: the unified hierarchy, for {@code cgroup.kill} and, where its controllers are given to
 * us, memory and processes; beside it the first version's hierarchy of processes. Its hierarchy of
 * memory is left alone, because it belongs to whoever started us. Groups are made below our own.
 */
public final class ControlGroups implements AutoCloseable {

    private static final Path MOUNTS = Path.of("/proc/self/mountinfo");
    private static final Path OWN = Path.of("/proc/self/cgroup");
    private static final int KILL_ROUNDS_MAX = 100;

    private final String run;
    private final int pidsMax;
    private final Optional<Path> unified;
    private final Optional<Path> processes;
    private final boolean limitsMemory;
    private final boolean limitsProcesses;
    private final AtomicInteger made = new AtomicInteger();
    private final ConcurrentLinkedDeque<ControlGroup> free = new ConcurrentLinkedDeque<>();

    /** Looks what this machine offers, and makes the worker's own directories there. */
    public ControlGroups(Identity.Run run, int pidsMax) {
        this.run = "run-" + run.tagPrefix() + "-";
        this.pidsMax = pidsMax;
        String worker = "orrery-" + run.worker().tagPrefix();
        Optional<Path> own = hierarchy("cgroup2", "", "0::");
        own.ifPresent(ControlGroups::offerControllers);
        this.unified = own.flatMap(parent -> make(parent.resolve(worker)));
        unified.ifPresent(ControlGroups::offerControllers);
        String controllers = controllers(unified);
        this.limitsMemory = controllers.contains("memory");
        boolean unifiedProcesses = controllers.contains("pids");
        this.processes =
                unifiedProcesses
                        ? Optional.empty()
                        : hierarchy("cgroup", "pids", ":pids:")
                                .flatMap(parent -> make(parent.resolve(worker)));
        this.limitsProcesses = unifiedProcesses || processes.isPresent();
    }

    /** Whether tasks have a bound of memory that the kernel holds for all of their processes. */
    public boolean limitsMemory() {
        return limitsMemory;
    }

    /** One line on what is held. */
    public String describe() {
        return "kill by "
                + (unified.isPresent() ? "control group" : "sweep of the process table")
                + ", memory by "
                + (limitsMemory ? "control group" : "RLIMIT_AS of each process")
                + ", processes by "
                + (limitsProcesses
                        ? "control group (" + pidsMax + ")"
                        : "nothing (RLIMIT_NPROC counts a user's, and none of root's)");
    }

    /** The worker's own directories, in which each leaf is a group of some incarnation. */
    public List<Path> directories() {
        List<Path> directories = new ArrayList<>();
        unified.ifPresent(directories::add);
        processes.ifPresent(directories::add);
        return directories;
    }

    /** How the names of this incarnation's groups begin. */
    public String leafPrefix() {
        return run;
    }

    /** A group without members, bounded in memory when asked for and possible. */
    public ControlGroup acquire(long memoryBytes) {
        ControlGroup reused = limitsMemory ? null : free.pollFirst();
        if (reused != null) {
            return reused;
        }
        String leaf = run + made.incrementAndGet();
        Optional<Path> kill = unified.flatMap(parent -> make(parent.resolve(leaf)));
        List<Path> all = new ArrayList<>();
        kill.ifPresent(all::add);
        processes.flatMap(parent -> make(parent.resolve(leaf))).ifPresent(all::add);
        for (Path directory : all) {
            if (limitsProcesses) {
                ControlGroup.write(directory.resolve("pids.max"), Integer.toString(pidsMax));
            }
            if (limitsMemory && memoryBytes > 0) {
                ControlGroup.write(directory.resolve("memory.max"), Long.toString(memoryBytes));
            }
        }
        return all.isEmpty() ? ControlGroup.NONE : new ControlGroup(kill, all);
    }

    /** Takes a group back; one that counts memory or may have members is not used again. */
    public void release(ControlGroup group, boolean isEmpty) {
        if (limitsMemory || !isEmpty) {
            remove(group);
        } else if (group != ControlGroup.NONE) {
            free.addFirst(group);
        }
    }

    /** Kills what is in groups of earlier incarnations, and removes these; how many there were. */
    public int killLeftovers(Signals signals) {
        int killed = 0;
        for (Path directory : directories()) {
            for (Path leaf : leaves(directory)) {
                if (!leaf.getFileName().toString().startsWith(run)) {
                    killed += empty(leaf, signals);
                    delete(leaf);
                }
            }
        }
        return killed;
    }

    private static int empty(Path leaf, Signals signals) {
        int count = ControlGroup.members(leaf).size();
        for (int i = 0; i < KILL_ROUNDS_MAX; i++) {
            List<Long> members = ControlGroup.members(leaf);
            if (members.isEmpty()) {
                break;
            }
            ControlGroup.write(leaf.resolve("cgroup.kill"), "1");
            members.forEach(pid -> signals.send(pid, Signals.KILL));
            Pause.round(i);
        }
        return count;
    }

    @Override
    public void close() {
        free.forEach(ControlGroups::remove);
        for (Path directory : directories()) {
            if (leaves(directory).isEmpty()) {
                delete(directory);
            }
        }
    }

    private static void remove(ControlGroup group) {
        group.directories().forEach(ControlGroups::delete);
    }

    private static void delete(Path directory) {
        boolean _ = directory.toFile().delete(); // busy: the next incarnation removes it
    }

    private static List<Path> leaves(Path directory) {
        List<Path> leaves = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, "run-*")) {
            entries.forEach(leaves::add);
        } catch (IOException e) {
            return List.of();
        }
        return leaves;
    }

    private static Optional<Path> make(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            return Optional.empty();
        }
        return Files.isWritable(directory.resolve("cgroup.procs"))
                ? Optional.of(directory)
                : Optional.empty();
    }

    private static void offerControllers(Path directory) {
        ControlGroup.write(directory.resolve("cgroup.subtree_control"), "+memory");
        ControlGroup.write(directory.resolve("cgroup.subtree_control"), "+pids");
    }

    private static String controllers(Optional<Path> directory) {
        return directory
                .flatMap(path -> ControlGroup.read(path.resolve("cgroup.subtree_control")))
                .orElse("");
    }

    /** Our own place in a mounted hierarchy, when it can be written. */
    private static Optional<Path> hierarchy(String type, String option, String ownLine) {
        Optional<String> mounts = ControlGroup.read(MOUNTS);
        Optional<String> own = ControlGroup.read(OWN);
        if (mounts.isEmpty() || own.isEmpty()) {
            return Optional.empty();
        }
        Optional<String> place =
                own.get()
                        .lines()
                        .filter(line -> line.contains(ownLine))
                        .map(line -> line.substring(line.indexOf(ownLine) + ownLine.length()))
                        .findFirst();
        Optional<String> mount =
                mounts.get()
                        .lines()
                        .filter(line -> line.contains(" - " + type + " "))
                        .filter(line -> option.isEmpty() || hasOption(line, option))
                        .map(line -> line.split(" ")[4])
                        .findFirst();
        return mount.flatMap(point -> place.map(path -> Path.of(point + path)))
                .filter(Files::isWritable);
    }

    private static boolean hasOption(String line, String option) {
        String options = line.substring(line.lastIndexOf(' ') + 1);
        return List.of(options.split(",")).contains(option);
    }
}
