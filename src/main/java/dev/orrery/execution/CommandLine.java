package dev.orrery.execution;

import dev.orrery.model.Work;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The program of a task and its arguments.
 *
 * @param program path of the file to run
 * @param arguments with the name of the program first
 */
record CommandLine(String program, List<String> arguments) {

    /** What is to be run, or why it cannot be. */
    sealed interface Resolved {

        /** It was found. */
        record Found(CommandLine line) implements Resolved {}

        /** The task names a program that cannot be run. */
        record Missing(String cause) implements Resolved {}
    }

    static Resolved of(Work work, String path, Path workspace) {
        return switch (work) {
            case Work.Command(List<String> argv) -> command(argv, path, workspace);
            case Work.Shell(String line) ->
                    new Resolved.Found(new CommandLine("/bin/sh", List.of("sh", "-c", line)));
            case Work.Script(String file, List<String> arguments) -> {
                List<String> argv = new ArrayList<>(List.of("./" + file));
                argv.addAll(arguments);
                yield new Resolved.Found(new CommandLine("./" + file, argv));
            }
        };
    }

    /** A name with a slash is a path from the workspace; another is looked up in the path. */
    private static Resolved command(List<String> argv, String path, Path workspace) {
        String name = argv.getFirst();
        if (name.isEmpty() || name.indexOf(0) >= 0) {
            return new Resolved.Missing("the name of the program is empty or holds the byte 0");
        }
        if (name.contains("/")) {
            Path file = workspace.resolve(name);
            if (Files.isDirectory(file)) {
                return new Resolved.Missing("is a directory: " + name);
            }
            return new Resolved.Found(new CommandLine(name, argv));
        }
        Optional<Path> denied = Optional.empty();
        for (String directory : path.split(":", -1)) {
            Path file = workspace.resolve(directory).resolve(name);
            if (Files.isRegularFile(file)) {
                if (Files.isExecutable(file)) {
                    return new Resolved.Found(new CommandLine(file.toString(), argv));
                }
                denied = Optional.of(file);
            }
        }
        return new Resolved.Missing(
                denied.map(file -> "permission denied: " + file)
                        .orElse("no such program in the path: " + name));
    }
}
