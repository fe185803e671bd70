package dev.orrery.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * What a command has of the outside: its streams, its environment, and what starts nodes.
 *
 * @param out takes text as UTF-8 and bytes as they are; flushed by who writes
 */
public record Context(
        PrintStream out,
        PrintStream err,
        InputStream in,
        Map<String, String> environment,
        Servers servers) {

    private static final int BUFFER_BYTES = 1 << 16;

    /** Copies the environment. */
    public Context {
        environment = Map.copyOf(environment);
    }

    /** The process's own streams and environment. */
    public static Context ofProcess(Servers servers) {
        return new Context(
                stream(FileDescriptor.out),
                stream(FileDescriptor.err),
                new FileInputStream(FileDescriptor.in),
                System.getenv(),
                servers);
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(
                new java.io.BufferedOutputStream(new FileOutputStream(descriptor), BUFFER_BYTES),
                false,
                StandardCharsets.UTF_8);
    }

    /** Writes a line to standard output. */
    public void print(String line) {
        out.print(line);
        out.print('\n');
        out.flush();
    }

    /** Writes a line to standard error. */
    public void complain(String line) {
        err.print(line);
        err.print('\n');
        err.flush();
    }
}
