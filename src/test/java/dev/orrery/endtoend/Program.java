package dev.orrery.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.awaitility.core.ConditionTimeoutException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A running orrery, as its starter sees it. */
public final class Program {
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private final String title;
    private final Process process;
    private final Path out;
    private final Path err;

    public Program(String title, Process process, Path out, Path err) {
        this.title = title;
        this.process = process;
        this.out = out;
        this.err = err;
    }

    public long pid() {
        return process.pid();
    }

    /** The JVM, which is a child of the supervisor where there is one. */
    public long javaPid() {
        return await().atMost(PATIENCE)
                .until(
                        () ->
                                java(process.toHandle()) || process.children().noneMatch(this::java)
                                        ? pid()
                                        : process.children()
                                                .filter(this::java)
                                                .findFirst()
                                                .map(ProcessHandle::pid)
                                                .orElse(0L),
                        pid -> pid != 0);
    }

    private boolean java(ProcessHandle handle) {
        return handle.info().command().filter(it -> it.endsWith("/java")).isPresent();
    }

    /** Waits until it serves for the first time. */
    public Program ready() {
        return ready(1);
    }

    /** Waits until it has said for so many times that it serves. */
    public Program ready(int times) {
        try {
            await(title).atMost(PATIENCE).until(() -> !isAlive() || readyLines().size() >= times);
        } catch (ConditionTimeoutException late) {
            throw new AssertionError(title + " does not serve; it said: " + err(), late);
        }
        assertThat(isAlive()).as("%s lives; it said: %s", title, err()).isTrue();
        return this;
    }

    private List<String> readyLines() {
        return out().lines().filter(line -> line.startsWith("READY ")).toList();
    }

    /** Where it serves HTTP. */
    public URI uri() {
        return URI.create(readyLines().getLast().substring("READY ".length()));
    }

    public String out() {
        return new String(outBytes(), StandardCharsets.UTF_8);
    }

    public byte[] outBytes() {
        return read(out);
    }

    public String err() {
        return new String(read(err), StandardCharsets.UTF_8);
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public int exit() {
        try {
            boolean ended = process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(ended).as("%s ends; it said: %s %s", title, out(), err()).isTrue();
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Sends TERM and waits for the exit code. */
    public int terminate() {
        Processes.signal("TERM", pid());
        return exit();
    }

    /** Sends KILL to the process that was started, and waits for its end. */
    public void kill() {
        Processes.signal("KILL", pid());
        exit();
    }

    /** Writes to its standard input and closes it. */
    public void type(byte[] bytes) {
        try (var in = process.getOutputStream()) {
            in.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What it said at last, for a failed test. */
    public String transcript() {
        String both = out() + err();
        String tail = both.substring(Math.max(0, both.length() - 6_000));
        return "---- "
                + title
                + (isAlive() ? " lives" : " exited " + process.exitValue())
                + "\n"
                + tail;
    }
}
