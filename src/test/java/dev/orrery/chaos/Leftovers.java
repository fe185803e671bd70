package dev.orrery.chaos;

import dev.orrery.endtoend.Processes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Looks for what should be gone once every task is over. */
final class Leftovers {
    private final String home;

    /**
     * @param home the variable HOME of everything that was started
     */
    Leftovers(String home) {
        this.home = home;
    }

    /** What is left of tasks, one line each; empty when all is well. */
    List<String> now(List<Path> masters, List<Path> workers) {
        List<String> left = new ArrayList<>();
        Processes.withEnvironment("ORRERY_RUN=", "HOME=" + home)
                .forEach(pid -> left.add("process " + pid));
        masters.forEach(data -> left.addAll(files(data.resolve("blobs/staging"), 1)));
        masters.forEach(data -> left.addAll(parts(data)));
        for (Path data : workers) {
            for (Path worker : list(data.resolve("workers"))) {
                // Directories of slots are kept for the next attempt, empty.
                left.addAll(files(worker.resolve("work"), 2));
                left.addAll(files(worker.resolve("trash"), 1));
                left.addAll(files(worker.resolve("spool"), 1));
                left.addAll(Groups.members(worker));
            }
        }
        return left;
    }

    private static List<String> files(Path directory, int depth) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(directory, depth)) {
            return all.filter(it -> directory.relativize(it).getNameCount() == depth)
                    .filter(it -> !it.equals(directory))
                    .map(it -> "file " + it)
                    .toList();
        } catch (NoSuchFileException gone) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> parts(Path data) {
        try (Stream<Path> all = Files.walk(data)) {
            return all.filter(
                            it -> it.toString().endsWith(".part") || it.toString().endsWith(".tmp"))
                    .map(it -> "file " + it)
                    .toList();
        } catch (IOException | UncheckedIOException goneMeanwhile) {
            return List.of("files of " + data + " cannot be listed: " + goneMeanwhile);
        }
    }

    private static List<Path> list(Path directory) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(directory)) {
            return all.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
