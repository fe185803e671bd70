package dev.orrery.execution.posix;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A file of the kernel's that is kept open, because to open one costs more than to read it.
 *
 * <p>Its content is made anew at each read from the beginning. Not a channel: those are closed for
 * all by the interrupt of one reader.
 */
final class KernelFile implements AutoCloseable {

    private static final int CHUNK_BYTES = 4096;

    private final RandomAccessFile file;
    private final byte[] chunk = new byte[CHUNK_BYTES];

    private KernelFile(RandomAccessFile file) {
        this.file = file;
    }

    /** Opens a file to read and, when asked, to write it; empty when that is not offered. */
    static Optional<KernelFile> open(Path path, boolean toWrite) {
        try {
            return Optional.of(
                    new KernelFile(new RandomAccessFile(path.toFile(), toWrite ? "rw" : "r")));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The whole content; empty when it cannot be read any more. */
    synchronized Optional<String> read() {
        try {
            file.seek(0);
            int count = file.read(chunk);
            if (count <= 0) {
                return Optional.of("");
            }
            StringBuilder text = new StringBuilder();
            while (count > 0) {
                text.append(new String(chunk, 0, count, StandardCharsets.ISO_8859_1));
                count = file.read(chunk);
            }
            return Optional.of(text.toString());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Writes in one piece; says whether the kernel took it. */
    synchronized boolean write(String text) {
        try {
            file.write(text.getBytes(StandardCharsets.US_ASCII));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public synchronized void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new IllegalStateException("a file of the kernel was not closed", e);
        }
    }
}
