package dev.orrery.store.postgres;

import dev.orrery.store.PrivateFiles;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * The highest epoch that this master has seen, in {@code DIR/epoch}: a database that shows a lower
 * one has lost commits. The operator accepts that by renaming the file to {@code epoch.accepted}.
 */
final class EpochFile {

    private final Path directory;
    private final Path file;
    private final Path accepted;
    private long known;

    private EpochFile(Path directory, long known) {
        this.directory = directory;
        this.file = directory.resolve("epoch");
        this.accepted = directory.resolve("epoch.accepted");
        this.known = known;
    }

    static EpochFile in(Path directory) throws IOException {
        return new EpochFile(directory, number(directory.resolve("epoch")));
    }

    Path path() {
        return file;
    }

    /** The highest epoch seen; 0 before any. */
    synchronized long known() {
        return known;
    }

    /** The epoch beyond which a lower one is taken, by the operator's word. */
    synchronized long accepted() throws IOException {
        return number(accepted);
    }

    /**
     * Makes an epoch known, durably, when it is higher than any before. The operator's word stays
     * until an epoch is above it: the one of the database that he accepts is not.
     */
    synchronized void see(long epoch) throws IOException {
        if (epoch <= known) {
            return;
        }
        Path next = directory.resolve("epoch.new");
        try (FileChannel channel = PrivateFiles.open(next)) {
            channel.truncate(0);
            channel.write(ByteBuffer.wrap((epoch + "\n").getBytes(StandardCharsets.US_ASCII)));
            channel.force(true);
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        if (number(accepted) < epoch) {
            Files.deleteIfExists(accepted);
        }
        PrivateFiles.syncDirectory(directory);
        known = epoch;
    }

    private static long number(Path file) throws IOException {
        try {
            return Long.parseLong(Files.readString(file).strip());
        } catch (NoSuchFileException none) {
            return 0;
        } catch (NumberFormatException damaged) {
            throw new IOException("not an epoch: " + file + "; remove it to go on", damaged);
        }
    }
}
