package dev.orrery.cli.command;

import com.fasterxml.jackson.databind.JsonNode;

import dev.orrery.cli.CommandException;
import dev.orrery.cli.ExitCode;
import dev.orrery.cli.client.Jobs;
import dev.orrery.cli.client.Json;
import dev.orrery.cli.client.WholeAnswer;
import dev.orrery.cli.text.TerminalText;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Files written below one directory under the names that a task chose.
 *
 * <p>A name that leads out of the directory, by its parts or by a link that lies there, is refused.
 * A file appears under its name only when it is whole and its checksum is right.
 */
final class Downloads {

    private final Path directory;

    /** Of the file at hand: each try begins anew, and one that comes further is a step forward. */
    private long furthestBytes;

    Downloads(Path directory) {
        this.directory = directory.normalize();
    }

    /** Fetches one of a job's outputs. */
    void fetch(Jobs jobs, String job, JsonNode file) {
        String name = Json.textOrDash(file, "name");
        Path target = targetOf(name);
        String[] segments = ("outputs/" + name).split("/", -1);
        furthestBytes = 0;
        try {
            makeParents(target);
            jobs.client()
                    .repeat(
                            () -> {
                                try (var content = jobs.client().open(jobs.path(job, segments))) {
                                    write(content, target, Json.text(file, "sha256").orElse(""));
                                }
                            },
                            () -> furthestBytes);
        } catch (IOException e) {
            throw new CommandException(ExitCode.FAILED, "cannot write " + shown(name), e);
        }
    }

    /** Where a file of the name belongs. */
    Path targetOf(String name) {
        try {
            Path relative = Path.of(name);
            Path target = directory.resolve(relative).normalize();
            boolean below = target.startsWith(directory) && !target.equals(directory);
            if (relative.isAbsolute() || !below || !relative.normalize().equals(relative)) {
                throw escapes(name);
            }
            return target;
        } catch (InvalidPathException e) {
            throw escapes(name);
        }
    }

    private void makeParents(Path target) throws IOException {
        Files.createDirectories(directory);
        Path parent = directory;
        for (Path part : directory.relativize(target.getParent())) {
            parent = part.toString().isEmpty() ? parent : parent.resolve(part);
            if (Files.isSymbolicLink(parent)) {
                throw escapes(parent.toString());
            }
            if (!Files.isDirectory(parent, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectory(parent);
            }
        }
        if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException("is a directory: " + target);
        }
    }

    private void write(InputStream content, Path target, String sha256) throws IOException {
        Path partial = Files.createTempFile(target.getParent(), ".orrery-", ".part");
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            try (InputStream digested = new DigestInputStream(content, digest)) {
                Files.copy(digested, partial, StandardCopyOption.REPLACE_EXISTING);
            }
            String found = HexFormat.of().formatHex(digest.digest());
            if (!sha256.isEmpty() && !sha256.equals(found)) {
                throw new CommandException(
                        ExitCode.FAILED,
                        "the checksum of " + shown(target.toString()) + " is wrong");
            }
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (WholeAnswer.BrokenOff e) {
            furthestBytes = Math.max(furthestBytes, Files.size(partial));
            throw e;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        } finally {
            Files.deleteIfExists(partial);
        }
    }

    private static CommandException escapes(String name) {
        return new CommandException(
                ExitCode.FAILED, "refused: the name leads out of the directory: " + shown(name));
    }

    private static String shown(String name) {
        return TerminalText.clean(name);
    }
}
