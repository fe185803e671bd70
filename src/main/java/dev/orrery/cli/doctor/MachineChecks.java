package dev.orrery.cli.doctor;

import dev.orrery.config.Settings;
import dev.orrery.model.health.Finding;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** What the machine lets a process do. */
final class MachineChecks {

    private static final int JDK_MIN = 25;
    private static final long FILES_MIN = 512;
    private static final long FILES_PER_SLOT = 10;
    private static final long FILES_WANTED = 16_384;

    private final Path root;
    private final long slots;
    private final long pidsPerSlot;

    /** Reads {@code proc} and {@code sys} below the root. */
    MachineChecks(Path root, Optional<Settings> settings) {
        this.root = root;
        int named = settings.map(it -> it.worker().slots()).orElse(0);
        this.slots = named == 0 ? Runtime.getRuntime().availableProcessors() : named;
        this.pidsPerSlot = settings.map(it -> it.worker().pidsMax()).orElse(0);
    }

    List<Finding> all() {
        return List.of(
                jdk(Runtime.version().feature()),
                files(),
                processes(),
                groups(),
                spawn(),
                cores(),
                swap());
    }

    static Finding jdk(int feature) {
        return feature < JDK_MIN
                ? Finding.fail(
                        "machine.jdk",
                        "Java " + feature,
                        "use Java " + JDK_MIN + " or newer: JAVA_HOME, or /usr/lib/jvm")
                : Finding.ok("machine.jdk", "Java " + Runtime.version());
    }

    Finding files() {
        OptionalLong max = limit("Max open files");
        long least = FILES_MIN + slots * FILES_PER_SLOT;
        if (max.isEmpty()) {
            return Finding.ok("machine.files", "not bounded");
        }
        String what = max.getAsLong() + " open files at the most";
        if (max.getAsLong() < least) {
            return Finding.fail(
                    "machine.files",
                    what + ", and " + slots + " slots want " + least,
                    "ulimit -n 65536, or LimitNOFILE=65536 in the unit");
        }
        return max.getAsLong() < FILES_WANTED
                ? Finding.warn(
                        "machine.files",
                        what + ": each client of a master takes one",
                        "ulimit -n 65536, or LimitNOFILE=65536 in the unit")
                : Finding.ok("machine.files", what);
    }

    Finding processes() {
        long least = slots * pidsPerSlot;
        OptionalLong own = limit("Max processes");
        OptionalLong group = number(group("pids").map(it -> it.resolve("pids.max")));
        OptionalLong kernel = number(Optional.of(root.resolve("proc/sys/kernel/pid_max")));
        long max =
                Stream.of(own, group, kernel)
                        .mapToLong(it -> it.orElse(Long.MAX_VALUE))
                        .min()
                        .orElse(Long.MAX_VALUE);
        String what = max == Long.MAX_VALUE ? "not bounded" : max + " processes at the most";
        return max < least
                ? Finding.warn(
                        "machine.processes",
                        what + ", and " + slots + " slots of worker.pidsMax may want " + least,
                        "TasksMax=infinity in the unit, ulimit -u, kernel.pid_max; or fewer slots")
                : Finding.ok("machine.processes", what);
    }

    /** Which control groups a worker started from here could use. */
    Finding groups() {
        Optional<Path> unified = group("");
        String remedy =
                "Delegate=yes in the unit, or a container with its own writable control groups";
        if (unified.isPresent()) {
            String controllers = read(unified.get().resolve("cgroup.controllers")).orElse("");
            boolean holds = controllers.contains("memory") && controllers.contains("pids");
            return holds && Files.isWritable(unified.get())
                    ? Finding.ok("machine.groups", "control groups 2 hold memory and processes")
                    : Finding.warn(
                            "machine.groups",
                            "control groups 2 cannot be used here ("
                                    + (holds ? "not writable" : "controllers: " + controllers)
                                    + "): memory is held by RLIMIT_AS of each process",
                            remedy);
        }
        Optional<Path> pids = group("pids").filter(Files::isWritable);
        return Finding.warn(
                "machine.groups",
                pids.isPresent()
                        ? "control groups 1 hold processes, RLIMIT_AS of each process memory"
                        : "no control groups: processes of a task are not counted",
                remedy + "; version 2 holds both");
    }

    static Finding spawn() {
        return Kernel.has("posix_spawn") && Kernel.has("posix_spawn_file_actions_addclosefrom_np")
                ? Finding.ok("machine.spawn", "posix_spawn with what we need")
                : Finding.warn(
                        "machine.spawn",
                        "the C library lacks posix_spawn_file_actions_addclosefrom_np:"
                                + " tasks start more slowly",
                        "use glibc 2.34 or newer");
    }

    Finding cores() {
        String pattern = read(root.resolve("proc/sys/kernel/core_pattern")).orElse("").strip();
        boolean writes = limit("Max core file size").orElse(Long.MAX_VALUE) > 0;
        return writes && !pattern.startsWith("|") && !pattern.isEmpty()
                ? Finding.warn(
                        "machine.cores",
                        "tasks that crash write core files (" + pattern + ")",
                        "ulimit -c 0, or LimitCORE=0 in the unit, where nobody reads them")
                : Finding.ok("machine.cores", writes ? pattern : "no core files");
    }

    Finding swap() {
        long devices =
                read(root.resolve("proc/swaps")).stream().flatMap(String::lines).skip(1).count();
        return devices > 0
                ? Finding.warn(
                        "machine.swap",
                        "swap is on: a node that is swapped out misses heartbeats",
                        "swapoff -a, or MemorySwapMax=0 in the unit")
                : Finding.ok("machine.swap", "none");
    }

    /** A soft limit of this process; empty when there is none. */
    private OptionalLong limit(String name) {
        return read(root.resolve("proc/self/limits")).stream()
                .flatMap(String::lines)
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(name.length()).strip().split("\\s+")[0])
                .filter(soft -> !soft.equals("unlimited"))
                .mapToLong(Long::parseLong)
                .findFirst();
    }

    /** Our own group: of a controller of version 1, or with an empty name of version 2. */
    private Optional<Path> group(String controller) {
        String marker = controller.isEmpty() ? "0::" : ":" + controller + ":";
        Path mount = root.resolve("sys/fs/cgroup").resolve(controller);
        return read(root.resolve("proc/self/cgroup")).stream()
                .flatMap(String::lines)
                .filter(line ->
                        controller.isEmpty() ? line.startsWith(marker) : line.contains(marker))
                .map(line -> line.substring(line.indexOf(marker) + marker.length() + 1))
                .map(mount::resolve)
                .filter(path ->
                        !controller.isEmpty() || Files.exists(path.resolve("cgroup.controllers")))
                .filter(Files::isDirectory)
                .findFirst();
    }

    private OptionalLong number(Optional<Path> file) {
        return file.flatMap(this::read).map(String::strip).stream()
                .filter(text -> text.matches("\\d{1,18}"))
                .mapToLong(Long::parseLong)
                .findFirst();
    }

    private Optional<String> read(Path file) {
        try {
            return Optional.of(Files.readString(file));
        } catch (IOException absent) {
            return Optional.empty();
        }
    }
}
