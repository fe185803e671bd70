package dev.orrery.endtoend;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A file in which each attempt of a task notes its start and its end, and at its start whether a
 * process of an attempt before it is alive.
 */
final class AttemptTrace {
    private final Path file;
    private final String mark;

    AttemptTrace(Path file) {
        this.file = file;
        this.mark = "mark-of-" + file.getFileName();
    }

    /** A shell line for a task that works so long, in a child and in a daemon. */
    String line(double seconds) {
        return line("sleep " + seconds);
    }

    /** A shell line for a task that works until there is a file. */
    String lineUntil(Path file) {
        return line("sleep 0; until [ -e " + file + " ]; do sleep 0.05; done");
    }

    private String line(String doing) {
        String work = "sh -c '" + doing + "; : " + mark + "'";
        // The brackets keep the pattern from finding the shell that looks for it.
        String others = "pgrep -f 'sh -c slee[p] .*" + mark + "' | wc -l";
        return """
        others=$(%s)
        echo "start $ORRERY_ATTEMPT $others $ORRERY_WORKER $(date +%%s%%N)" >> %s
        setsid %s </dev/null >/dev/null 2>&1 &
        %s
        echo "stop $ORRERY_ATTEMPT" >> %s
        """
                .formatted(others, file, work, work, file);
    }

    String mark() {
        return mark;
    }

    List<String> lines() {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The attempts that started, each with the processes of others that it met. */
    List<Start> starts() {
        return lines().stream()
                .filter(line -> line.startsWith("start "))
                .map(line -> line.split(" "))
                .map(words ->
                        new Start(
                                Integer.parseInt(words[1]),
                                Integer.parseInt(words[2]),
                                words[3],
                                Long.parseLong(words[4])))
                .toList();
    }

    /** The attempts that came to their end. */
    List<String> stops() {
        return lines().stream().filter(line -> line.startsWith("stop ")).toList();
    }

    /** An attempt that started at a time of the wall clock. */
    record Start(int attempt, int othersAlive, String worker, long epochNanos) {}
}
