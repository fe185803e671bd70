package dev.orrery.store.sqlite.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * What the head of a {@code -shm} file says, when its two copies agree and their checksum is right.
 *
 * @param committed how many frames of the {@code -wal} file belong to commits
 * @param copiedBack how many of them are in the database file already
 * @param salt the file of which this is true
 */
record WalIndex(long committed, long copiedBack, long salt) {

    private static final int HEADER_BYTES = 48;
    private static final int SUMMED_BYTES = 40;
    private static final int FRAMES_AT = 16;
    private static final int SALT_AT = 32;
    private static final int BYTES = 2 * HEADER_BYTES + Integer.BYTES;

    static Optional<WalIndex> read(Path index) throws IOException {
        if (!Files.exists(index)) {
            return Optional.empty();
        }
        try (FileChannel file = FileChannel.open(index, StandardOpenOption.READ)) {
            ByteBuffer bytes = WalFile.read(file, 0, BYTES);
            return bytes.remaining() == BYTES && isSound(bytes) ? of(bytes) : Optional.empty();
        }
    }

    private static boolean isSound(ByteBuffer bytes) {
        ByteBuffer header = bytes.slice(0, HEADER_BYTES).order(ByteOrder.nativeOrder());
        WalFile.Checksum checksum = new WalFile.Checksum(ByteOrder.nativeOrder());
        checksum.add(header.slice(0, SUMMED_BYTES));
        return checksum.is(header.getInt(SUMMED_BYTES), header.getInt(SUMMED_BYTES + 4))
                && bytes.slice(0, HEADER_BYTES).equals(bytes.slice(HEADER_BYTES, HEADER_BYTES));
    }

    /** Numbers stand in the machine's order; the salt stands as in the other file. */
    private static Optional<WalIndex> of(ByteBuffer bytes) {
        ByteBuffer numbers = bytes.duplicate().order(ByteOrder.nativeOrder());
        return Optional.of(
                new WalIndex(
                        Integer.toUnsignedLong(numbers.getInt(FRAMES_AT)),
                        Integer.toUnsignedLong(numbers.getInt(2 * HEADER_BYTES)),
                        bytes.getLong(SALT_AT)));
    }
}
