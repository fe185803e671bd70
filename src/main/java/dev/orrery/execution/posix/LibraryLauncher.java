package dev.orrery.execution.posix;

import dev.orrery.model.Outcome;

import org.jspecify.annotations.Nullable;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

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

    /** A child that the Java library started; a thread reads each of its streams. */
    private static final class LibraryChild implements Child {

        private static final int SIGNAL_BASE = 128;
        private static final int BUFFER_BYTES = 64 * 1024;

        private final Process process;
        private final Semaphore news = new Semaphore(0);
        private final AtomicInteger openStreams = new AtomicInteger(2);

        LibraryChild(Process process, Sink stdout, Sink stderr) {
            this.process = process;
            Thread.ofVirtual().start(() -> copy(process.getInputStream(), stdout));
            Thread.ofVirtual().start(() -> copy(process.getErrorStream(), stderr));
            Thread.ofVirtual().start(this::tellOfExit);
        }

        private void tellOfExit() {
            try {
                int _ = process.waitFor();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                news.release();
            }
        }

        private void copy(InputStream stream, Sink sink) {
            byte[] buffer = new byte[BUFFER_BYTES];
            try (stream) {
                int count = stream.read(buffer);
                while (count >= 0) {
                    sink.accept(ByteBuffer.wrap(buffer, 0, count));
                    news.release();
                    count = stream.read(buffer);
                }
            } catch (IOException e) {
                sink.accept(ByteBuffer.allocate(0)); // closed under the reader: the same as its end
            } finally {
                openStreams.decrementAndGet();
                news.release();
            }
        }

        @Override
        public long pid() {
            return process.pid();
        }

        @Override
        public void await(long timeoutMillis) {
            try {
                if (news.tryAcquire(Math.max(0, timeoutMillis), TimeUnit.MILLISECONDS)) {
                    news.drainPermits();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void wake() {
            news.release();
        }

        @Override
        public boolean hasExited() {
            return !process.isAlive();
        }

        @Override
        public boolean outputEnded() {
            return openStreams.get() == 0;
        }

        /** The library folds signals into exit codes: above 128 is taken for a signal. */
        @Override
        public Exit reap() {
            int code = process.exitValue();
            Outcome outcome =
                    code > SIGNAL_BASE && code <= SIGNAL_BASE + 64
                            ? new Outcome.Signalled(code - SIGNAL_BASE)
                            : new Outcome.Exited(code);
            return new Exit(outcome, Duration.ZERO, Duration.ZERO);
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }
}
