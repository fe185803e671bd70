package dev.orrery.chaos;

import dev.orrery.chaos.Fact.Execution;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** A directory outside of the cluster in which tasks write down their executions. */
final class Ledger {
    private final Path directory;
    private final Path script;

    Ledger(Path directory) {
        this.directory = directory;
        this.script = directory.resolve("task");
        try {
            Files.createDirectories(directory);
            Files.writeString(script, Task.SCRIPT);
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The command of a task that works so long. */
    String line(double seconds) {
        return String.format(Locale.ROOT, "%s %.3f", script, seconds);
    }

    /** The command of a task that leaves a daemon behind besides. */
    String lineWithDaemon(double seconds) {
        return line(seconds) + " daemon";
    }

    boolean isLine(String command) {
        return command.startsWith(script.toString());
    }

    /** What the tasks wrote. */
    List<Fact> facts() {
        List<Fact> facts = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(it -> !it.equals(script)).sorted().toList()) {
                facts.addAll(read(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return facts;
    }

    private static List<Fact> read(Path file) throws IOException {
        String name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        String job = name.substring(0, dot);
        int index = Integer.parseInt(name.substring(dot + 1));
        List<Fact> facts = new ArrayList<>();
        Map<Execution, Integer> met = new HashMap<>();
        List<String[]> lines =
                Files.readAllLines(file).stream().map(line -> line.split(" ")).toList();
        for (String[] words : lines) {
            if (words[0].equals("met")) {
                met.put(execution(job, index, words), Integer.valueOf(words[4]));
            }
        }
        for (String[] words : lines) {
            Execution who = execution(job, index, words);
            long last = Long.parseLong(words[4]);
            switch (words[0]) {
                case "start" -> facts.add(new Fact.Started(last, who, met.getOrDefault(who, 0)));
                case "finish" -> facts.add(new Fact.Finished(last, who));
                default -> {}
            }
        }
        return facts;
    }

    private static Execution execution(String job, int index, String... words) {
        return new Execution(
                job, index, Integer.parseInt(words[1]), words[2], Long.parseLong(words[3]));
    }
}
