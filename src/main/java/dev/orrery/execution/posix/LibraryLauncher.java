package dev.orrery.execution.posix;

import org.jspecify.annotations.Nullable;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Starts programs by {@link ProcessBuilder}: no own session, no limits, no times of the cpu. */
final class LibraryLauncher implements Launcher {

    private final Signals signals = new Signals.Portable();

    @Override
    public Signals signals() {
        return signals;
    }

    @Override
    public void adoptOrphans() {
        // Only the kernel's own call can ask for that.
    }

    @Override
    public void close() {
        // Keeps nothing.
    }

    @Override
    public Result launch(Launch launch, Child.Sink stdout, Child.Sink stderr) {
        if (launch.holdsNul()) {
            return new Result.Refused("an argument or a variable holds the byte 0");
        }
        Path stdin = null;
        try {
            if (launch.stdin().size() > 0) {
                stdin = Files.createTempFile("orrery-stdin", "");
                Files.write(stdin, launch.stdin().toArray());
            }
            Process process = builder(launch, stdin).start();
            launch.group().join(process.pid());
            return new Result.Started(new LibraryChild(process, stdout, stderr), true);
        } catch (IOException e) {
            return explain(launch, e);
        } finally {
            delete(stdin);
        }
    }

    private static ProcessBuilder builder(Launch launch, @Nullable Path in) {
        List<String> command = new ArrayList<>(launch.arguments());
        command.set(0, launch.program());
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.directory(launch.directory().toFile());
        builder.redirectInput(in == null ? new File("/dev/null") : in.toFile());
        Map<String, String> environment = builder.environment();
        environment.clear();
        for (String entry : launch.environment()) {
            int equals = entry.indexOf('=', 1);
            environment.put(entry.substring(0, equals), entry.substring(equals + 1));
        }
        return builder;
    }

    private static Result explain(Launch launch, IOException fault) {
        if (!Files.isDirectory(launch.directory())) {
            return new Result.Failed("the workspace is gone: " + launch.directory());
        }
        return new Result.Refused(String.valueOf(fault.getMessage()));
    }

    private static void delete(@Nullable Path file) {
        if (file == null) {
            return;
        }
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            file.toFile().deleteOnExit();
        }
    }
}
