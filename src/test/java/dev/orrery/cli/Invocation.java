package dev.orrery.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** One run of the program within the test, with streams and an environment of its own. */
public final class Invocation {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Map<String, String> environment = new HashMap<>();
    private Servers servers =
            (roles, settings) -> {
                throw new CommandException(ExitCode.SOFTWARE, "no servers in this test");
            };
    private String in = "";
    private int exitCode = -1;

    /** Sets a variable. */
    public Invocation with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /** Talks to the server with a token. */
    public Invocation to(FakeServer server) {
        return with("ORRERY_SERVER", server.uri()).with("ORRERY_TOKEN", "orr_test");
    }

    /** Starts nodes with these. */
    public Invocation starting(Servers other) {
        servers = other;
        return this;
    }

    /** Reads this from standard input. */
    public Invocation reading(String text) {
        in = text;
        return this;
    }

    /** Runs the program to its end. */
    public Invocation run(String... args) {
        Context context =
                new Context(
                        new PrintStream(out, false, StandardCharsets.UTF_8),
                        new PrintStream(err, false, StandardCharsets.UTF_8),
                        new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)),
                        environment,
                        servers);
        exitCode = Program.run(context, args);
        return this;
    }

    /** The exit code. */
    public int exitCode() {
        return exitCode;
    }

    /** What it wrote to standard output. */
    public String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    /** The same, byte for byte. */
    public byte[] outBytes() {
        return out.toByteArray();
    }

    /** What it wrote to standard error. */
    public String err() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
