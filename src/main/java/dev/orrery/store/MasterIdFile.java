package dev.orrery.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/** The file {@code master.id}, by which a data directory is known among masters. */
public final class MasterIdFile {

    private MasterIdFile() {}

    /** The id of the directory's master, made when there is none yet. */
    public static UUID read(Path directory) throws IOException {
        Path file = directory.resolve("master.id");
        if (Files.notExists(file)) {
            write(file, UUID.randomUUID());
        }
        try {
            return UUID.fromString(Files.readString(file).strip());
        } catch (IllegalArgumentException damaged) {
            throw new IOException("not an id: " + file + "; remove it to go on", damaged);
        }
    }

    private static void write(Path file, UUID id) throws IOException {
        Path next = file.resolveSibling("master.id.new");
        try (FileChannel channel = PrivateFiles.open(next)) {
            channel.truncate(0);
            channel.write(ByteBuffer.wrap((id + "\n").getBytes(StandardCharsets.US_ASCII)));
            channel.force(true);
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
