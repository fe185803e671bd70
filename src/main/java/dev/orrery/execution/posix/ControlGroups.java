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
 * <p>Used is one hierarchy, because to join a group is the dearest part of a start: the unified
 * one, for {@code cgroup.kill}, processes and, where that controller is given to us, memory; the
 * first version's of processes where only that one counts them. The first version's of memory is
 * left alone, because it belongs to whoever started us. Groups are made below our own.
 */
public final class ControlGroups implements AutoCloseable {

    private static final Path MOUNTS = Path.of("/proc/self/mountinfo");
    private static final Path OWN = Path.of("/proc/self/cgroup");
    private static final int KILL_ROUNDS_MAX = 100;

    private final String run;
    private final int pidsMax;
    private final Optional<Path> directory;
    private final Optional<KernelFile> home;
    private final boolean limitsMemory;
    private final boolean limitsProcesses;
    private final boolean killsAtOnce;
    private final AtomicInteger made = new AtomicInteger();
    private final ConcurrentLinkedDeque<ControlGroup> free = new ConcurrentLinkedDeque<>();

    /** Looks what this machine offers, and makes the worker's own directories there. */
    public ControlGroups(Identity.Run run, int pidsMax) {
        this.run = "run-" + run.tagPrefix() + "-";
        this.pidsMax = pidsMax;
        String worker = "orrery-" + run.worker().tagPrefix();
        Optional<Path> own = hierarchy("cgroup2", "", "0::");
        own.ifPresent(ControlGroups::offerControllers);
        boolean unifiedProcesses = controllers(own).contains("pids");
        Optional<Path> counting =
                unifiedProcesses ? Optional.empty() : hierarchy("cgroup", "pids", ":pids:");
        Optional<Path> processes = counting.flatMap(parent -> make(parent.resolve(worker)));
        this.home = processes.flatMap(made -> counting).flatMap(ControlGroup::home);
        this.directory = processes.or(() -> own.flatMap(parent -> make(parent.resolve(worker))));
        directory.ifPresent(ControlGroups::offerControllers);
        String controllers = controllers(directory);
        this.limitsMemory = controllers.contains("memory");
        this.limitsProcesses = processes.isPresent() || controllers.contains("pids");
        this.killsAtOnce = directory.isPresent() && processes.isEmpty();
    }

    /** Whether tasks have a bound of memory that the kernel holds for all of their processes. */
    public boolean limitsMemory() {
        return limitsMemory;
    }

    /** One line on what is held. */
    public String describe() {
        return "kill by "
                + (killsAtOnce ? "control group" : "sweep of the process table")
                + ", memory by "
                + (limitsMemory ? "control group" : "RLIMIT_AS of each process")
                + ", processes by "
                + (limitsProcesses
                        ? "control group (" + pidsMax + ")"
                        : "nothing (RLIMIT_NPROC counts a user's, and none of root's)");
    }

    /** The worker's own directory, in which each leaf is a group of some incarnation. */
    public Optional<Path> directory() {
        return directory;
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
        return directory
                .flatMap(parent -> make(parent.resolve(run + made.incrementAndGet())))
                .map(leaf -> bounded(leaf, memoryBytes))
                .orElse(ControlGroup.NONE);
    }

    private ControlGroup bounded(Path leaf, long memoryBytes) {
        if (limitsProcesses) {
            ControlGroup.write(leaf.resolve(ControlGroup.PIDS_MAX), Integer.toString(pidsMax));
        }
        if (limitsMemory && memoryBytes > 0) {
            ControlGroup.write(leaf.resolve("memory.max"), Long.toString(memoryBytes));
        }
        return ControlGroup.of(leaf, home);
    }

    /** Takes a group back; one that counts memory, was killed or may have members is used up. */
    public void release(ControlGroup group, boolean isEmpty) {
        if (limitsMemory || !isEmpty || group.isClosed()) {
            group.remove();
        } else if (group != ControlGroup.NONE) {
            free.addFirst(group);
        }
    }

    /** Kills what is in groups of earlier incarnations, and removes these; how many there were. */
    public int killLeftovers(Signals signals) {
        int killed = 0;
        for (Path leaf : directory.map(ControlGroups::leaves).orElse(List.of())) {
            if (!leaf.getFileName().toString().startsWith(run)) {
                killed += empty(leaf, signals);
                delete(leaf);
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
            ControlGroup.close(leaf);
            members.forEach(pid -> signals.send(pid, Signals.KILL));
            Pause.round(i);
        }
        return count;
    }

    @Override
    public void close() {
        free.forEach(ControlGroup::remove);
        home.ifPresent(KernelFile::close);
        directory.filter(own -> leaves(own).isEmpty()).ifPresent(ControlGroups::delete);
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
