package dev.orrery.execution.posix;

import dev.orrery.model.Bytes;

import java.nio.file.Path;
import java.util.List;

/**
 * A program to start.
 *
 * @param program path of its file
 * @param arguments with its own name first
 * @param environment the whole of it, as {@code NAME=value}
 * @param directory where it starts
 * @param stdin what it can read
 * @param identity by which its descendants are known
 * @param addressSpaceBytesMax of each of its processes; 0 sets no limit
 * @param group to join; see {@link ControlGroups}
 */
public record Launch(
        String program,
        List<String> arguments,
        List<String> environment,
        Path directory,
        Bytes stdin,
        Identity identity,
        long addressSpaceBytesMax,
        ControlGroup group) {

    /** Copies the lists. */
    public Launch {
        arguments = List.copyOf(arguments);
        environment = List.copyOf(environment);
    }

    /** The same, run by the shell because the file names no interpreter. */
    Launch byShell() {
        List<String> shell = new java.util.ArrayList<>(List.of("sh", program));
        shell.addAll(arguments.subList(1, arguments.size()));
        return new Launch(
                "/bin/sh",
                shell,
                environment,
                directory,
                stdin,
                identity,
                addressSpaceBytesMax,
                group);
    }

    /** Whether a text holds the byte 0, which no program can be given. */
    boolean holdsNul() {
        return program.indexOf(0) >= 0
                || arguments.stream().anyMatch(text -> text.indexOf(0) >= 0)
                || environment.stream().anyMatch(text -> text.indexOf(0) >= 0);
    }
}
