package dev.orrery.execution;

import dev.orrery.execution.posix.ControlGroups;
import dev.orrery.execution.posix.Identity;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A small process beside us that outlives us by a moment: when its standard input ends without a
 * good-bye, we were killed, and it kills what our tasks left.
 */
final class Warden implements AutoCloseable {

    private static final Path SETSID = Path.of("/usr/bin/setsid");
    private static final long GOOD_BYE_SECONDS_MAX = 2;

    private final Process process;

    private Warden(Process process) {
        this.process = process;
    }

    /** Starts it; it bears no mark of ours itself. */
    static Warden start(Identity.Run run, ControlGroups groups) throws IOException {
        List<String> command = new ArrayList<>();
        if (Files.isExecutable(SETSID)) {
            command.add(SETSID.toString());
        }
        command.addAll(List.of("/bin/sh", "-c", script(), "orrery-warden"));
        command.add(Identity.VARIABLE + "=" + run.markPrefix());
        command.add(run.tagPrefix());
        groups.directory()
                .ifPresent(own -> command.add(own.resolve(groups.leafPrefix()).toString()));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.directory(Path.of("/").toFile());
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> !name.equals("PATH"));
        return new Warden(builder.start());
    }

    long pid() {
        return process.pid();
    }

    /** Says good-bye and waits until it has gone. */
    @Override
    public void close() {
        try (OutputStream words = process.getOutputStream()) {
            words.write("good-bye\n".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            process.destroyForcibly(); // it had gone before
        }
        try {
            if (!process.waitFor(GOOD_BYE_SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static String script() {
        try (InputStream in = Warden.class.getResourceAsStream("/execution/warden.sh")) {
            if (in == null) {
                throw new IllegalStateException("the jar lacks execution/warden.sh");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
