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
 * The check of a {@code -wal} file before SQLite opens it, because SQLite takes the first frame
 * whose checksum is wrong for the end, and would drop every later commit without a word.
 *
 * <p>Two things tell a damaged file from one that a crash cut off. After the death of a process the
 * {@code -shm} file still says how many frames were committed; SQLite writes that number after the
 * sync, so it never says too much. After a loss of power it may be older or gone; but then a commit
 * that is followed by another one was synced, since one sync goes before the next. What cannot be
 * told is damage to the very last commit together with the loss of the {@code -shm} file.
 *
 * <p>Formats: https://www.sqlite.org/walformat.html and https://www.sqlite.org/fileformat2.html.
 */
public final class WalFile {

    private static final int HEADER_BYTES = 32;
    private static final int FRAME_HEADER_BYTES = 24;
    private static final int MAGIC = 0x377f0682;
    private static final int PAGE_BYTES_MIN = 512;
    private static final int PAGE_BYTES_MAX = 65_536;

    private final Path wal;
    private final Path index;

    /** The file beside a database file. */
    public WalFile(Path database) {
        this.wal = database.resolveSibling(database.getFileName() + "-wal");
        this.index = database.resolveSibling(database.getFileName() + "-shm");
    }

    /** What is wrong, in one sentence; empty when every acknowledged commit is there. */
    public Optional<String> damage() throws IOException {
        Optional<WalIndex> known = WalIndex.read(index);
        if (!Files.exists(wal)) {
            return known.filter(it -> it.committed() > it.copiedBack())
                    .map(it -> wal + " is missing, with " + it.committed() + " frames in it.");
        }
        try (FileChannel file = FileChannel.open(wal, StandardOpenOption.READ)) {
            return damage(file, known);
        }
    }

    private Optional<String> damage(FileChannel file, Optional<WalIndex> known) throws IOException {
        ByteBuffer header = read(file, 0, HEADER_BYTES);
        if (header.remaining() < HEADER_BYTES) {
            return known.filter(it -> it.committed() > it.copiedBack())
                    .map(it -> wal + " is empty, without the " + it.committed() + " frames of it.");
        }
        int pageBytes = header.getInt(8);
        Checksum checksum =
                new Checksum(
                        header.getInt(0) == MAGIC ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        checksum.add(header.slice(0, 24));
        boolean sound =
                (header.getInt(0) | 1) == (MAGIC | 1)
                        && pageBytes >= PAGE_BYTES_MIN
                        && pageBytes <= PAGE_BYTES_MAX
                        && checksum.is(header.getInt(24), header.getInt(28));
        if (!sound) {
            return file.size() > HEADER_BYTES
                    ? Optional.of("The header of " + wal + " is damaged.")
                    : Optional.empty();
        }
        long salt = header.getLong(16);
        Frames frames = new Frames(file, FRAME_HEADER_BYTES + pageBytes, salt, checksum);
        long committed = known.filter(it -> it.salt() == salt).map(WalIndex::committed).orElse(0L);
        return damage(frames, committed);
    }

    private Optional<String> damage(Frames frames, long committed) throws IOException {
        long sound = 0;
        while (frames.next() && frames.isSound()) {
            sound++;
        }
        if (sound < committed) {
            return Optional.of(
                    "Frame %d of %d in %s is damaged or missing."
                            .formatted(sound + 1, committed, wal));
        }
        boolean commitSeen = false;
        for (boolean more = frames.isRead(); more; more = frames.next()) {
            if (commitSeen && frames.isOfThisFile()) {
                return Optional.of(
                        "Frame %d in %s is damaged, and commits follow on it."
                                .formatted(sound + 1, wal));
            }
            commitSeen |= frames.isOfThisFile() && frames.isCommit();
        }
        return Optional.empty();
    }

    static ByteBuffer read(FileChannel file, long from, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        int read;
        do {
            read = file.read(bytes, from + bytes.position());
        } while (read > 0 && bytes.hasRemaining());
        return bytes.flip();
    }

    /** The frames of a file, one after another; a piece that is no whole frame is none. */
    private static final class Frames {

        private final FileChannel file;
        private final int frameBytes;
        private final long salt;
        private final Checksum checksum;
        private ByteBuffer frame = ByteBuffer.allocate(0);
        private long number;

        Frames(FileChannel file, int frameBytes, long salt, Checksum checksum) {
            this.file = file;
            this.frameBytes = frameBytes;
            this.salt = salt;
            this.checksum = checksum;
        }

        boolean next() throws IOException {
            frame = read(file, HEADER_BYTES + number * frameBytes, frameBytes);
            number++;
            return isRead();
        }

        boolean isRead() {
            return frame.remaining() == frameBytes;
        }

        boolean isOfThisFile() {
            return frame.getLong(8) == salt;
        }

        boolean isCommit() {
            return frame.getInt(4) != 0;
        }

        /** Whether the chain of checksums reaches over this frame. */
        boolean isSound() {
            checksum.add(frame.slice(0, 8));
            checksum.add(frame.slice(FRAME_HEADER_BYTES, frameBytes - FRAME_HEADER_BYTES));
            return isOfThisFile()
                    && frame.getInt(0) != 0
                    && checksum.is(frame.getInt(16), frame.getInt(20));
        }
    }

    /** SQLite's checksum, which each header and frame carries on. */
    static final class Checksum {

        private final ByteOrder order;
        private int first;
        private int second;

        Checksum(ByteOrder order) {
            this.order = order;
        }

        /** Takes a number of bytes that 8 divides. */
        void add(ByteBuffer bytes) {
            bytes.order(order);
            while (bytes.hasRemaining()) {
                first += bytes.getInt() + second;
                second += bytes.getInt() + first;
            }
        }

        boolean is(int wantedFirst, int wantedSecond) {
            return first == wantedFirst && second == wantedSecond;
        }
    }
}
