package dev.orrery.chaos;

import dev.orrery.execution.posix.Identity;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The control groups of a worker's attempts, as Linux shows them. */
final class Groups {
    private static final Path MOUNT = Path.of("/sys/fs/cgroup");
    private static final Path OWN = Path.of("/proc/self/cgroup");

    private Groups() {}

    /** Members of any group of the worker; empty groups are kept for the next attempt. */
    static List<String> members(Path worker) {
        List<String> members = new ArrayList<>();
        for (Path group : of(worker)) {
            read(group.resolve("cgroup.procs"))
                    .lines()
                    .forEach(pid -> members.add("process " + pid + " of " + group));
        }
        return members;
    }

    /** How many processes and threads the fullest group of the worker counts; 0 without any. */
    static int fullest(Path worker) {
        return of(worker).stream()
                .map(group -> read(group.resolve("pids.current")).strip())
                .filter(count -> !count.isEmpty())
                .mapToInt(Integer::parseInt)
                .max()
                .orElse(0);
    }

    /** How many forks the groups of the worker have refused so far. */
    static long refusedForks(Path worker) {
        return of(worker).stream()
                .flatMap(group -> read(group.resolve("pids.events")).lines())
                .filter(line -> line.startsWith("max "))
                .mapToLong(line -> Long.parseLong(line.substring("max ".length()).strip()))
                .sum();
    }

    /**
     * The groups of all lives of a worker.
     *
     * @param worker its directory, after which they are named
     */
    private static List<Path> of(Path worker) {
        String path = worker.toAbsolutePath().normalize().toString();
        String name = worker.getFileName() + "-" + Integer.toHexString(path.hashCode());
        String directory = "orrery-" + new Identity.Worker(name).tagPrefix();
        List<Path> groups = new ArrayList<>();
        for (Path parent : parents()) {
            groups.addAll(list(parent.resolve(directory)));
        }
        return groups;
    }

    /** Where this process is itself, and so the workers that it has started. */
    private static List<Path> parents() {
        List<Path> parents = new ArrayList<>();
        for (String line : read(OWN).lines().toList()) {
            String[] words = line.split(":", 3);
            String place = words[2].substring(1);
            if (words[1].isEmpty()) {
                parents.add(MOUNT.resolve(place));
                parents.add(MOUNT.resolve("unified").resolve(place));
            } else if (words[1].equals("pids")) {
                parents.add(MOUNT.resolve("pids").resolve(place));
            }
        }
        return parents;
    }

    private static List<Path> list(Path directory) {
        List<Path> groups = new ArrayList<>();
        try (DirectoryStream<Path> runs = Files.newDirectoryStream(directory, "run-*")) {
            runs.forEach(groups::add);
        } catch (IOException none) {
            return List.of();
        }
        return groups;
    }

    /** Empty for a file of a group that has just been removed. */
    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException gone) {
            return "";
        }
    }
}
