package dev.orrery.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/** Small file systems in memory, that can be filled up and emptied; mounting them needs root. */
final class Disk implements AfterEachCallback, AfterAllCallback {
    private final List<Path> mounted = new ArrayList<>();

    /** Puts an empty file system of that size at the directory, which is made. */
    void mount(Path directory, int megabytes) {
        try {
            Files.createDirectories(directory);
            run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "orr", name(directory));
            mounted.add(directory);
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String name(Path directory) {
        return directory.toString();
    }

    /** Fills what is free to the last byte. */
    void fill(Path directory) {
        byte[] some = new byte[1 << 16];
        do {
            try (OutputStream out = Files.newOutputStream(ballast(directory), CREATE, APPEND)) {
                while (true) {
                    out.write(some);
                }
            } catch (IOException full) {
                assertThat(full).hasMessageContaining("No space left");
            }
            // What a node gives back meanwhile is filled up too.
        } while (directory.toFile().getUsableSpace() > 0);
    }

    /** Takes away what filled it. */
    void empty(Path directory) {
        try {
            Files.delete(ballast(directory));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path ballast(Path directory) {
        return directory.resolve("ballast");
    }

    private static void run(String... command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String said =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(String.join(" ", command) + ": " + said).isZero();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void unmount() {
        mounted.forEach(directory -> run("umount", "-l", name(directory)));
        mounted.clear();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        unmount();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        unmount();
    }
}
