package dev.orrery.execution;

import dev.orrery.execution.posix.Child;
import dev.orrery.model.Bytes;
import dev.orrery.model.Content;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;

/**
 * The bytes of one captured stream: in memory while they are few, then in a file without a name, up
 * to a quota, and then only counted. So a task is never held up by a slow master, and costs little
 * memory whatever it writes.
 */
final class Spool implements Child.Sink, AutoCloseable {

    private final Path path;
    private final long bytesMax;
    private byte[] memory = new byte[256];
    private @Nullable FileChannel file;
    private long size;
    private long dropped;
    private Optional<IOException> fault = Optional.empty();

    /** Nothing yet; the file is made only when it is needed, and is gone when it is closed. */
    Spool(Path path, long bytesMax) {
        this.path = path;
        this.bytesMax = bytesMax;
    }

    @Override
    public synchronized void accept(ByteBuffer bytes) {
        int kept = (int) Math.min(bytes.remaining(), bytesMax - size);
        dropped += bytes.remaining() - kept;
        ByteBuffer part = bytes.slice(bytes.position(), kept);
        try {
            append(part);
            size += kept;
        } catch (IOException e) {
            dropped += kept;
            fault = Optional.of(e);
        }
    }

    private void append(ByteBuffer part) throws IOException {
        FileChannel open = file;
        if (open == null) {
            int end = (int) size + part.remaining();
            if (end <= Content.INLINE_BYTES_MAX) {
                if (end > memory.length) {
                    int length = Math.min(Content.INLINE_BYTES_MAX, Math.max(end, end * 2));
                    memory = Arrays.copyOf(memory, length);
                }
                part.get(memory, (int) size, part.remaining());
                return;
            }
            open = spill();
            file = open;
        }
        write(open, part, size);
    }

    private FileChannel spill() throws IOException {
        FileChannel opened =
                FileChannel.open(
                        path,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.DELETE_ON_CLOSE);
        write(opened, ByteBuffer.wrap(memory, 0, (int) size), 0);
        memory = new byte[0];
        return opened;
    }

    private static void write(FileChannel to, ByteBuffer bytes, long offset) throws IOException {
        long at = offset;
        while (bytes.hasRemaining()) {
            at += to.write(bytes, at);
        }
    }

    /** Fills the buffer with what is there from the offset on. */
    synchronized void read(long offset, ByteBuffer into) throws IOException {
        int count = (int) Math.min(into.remaining(), size - offset);
        FileChannel open = file;
        if (open == null) {
            into.put(memory, (int) offset, count);
            return;
        }
        int limit = into.limit();
        into.limit(into.position() + count);
        long at = offset;
        while (into.hasRemaining()) {
            int read = open.read(into, at);
            if (read < 0) {
                throw new IOException("the spooled output was cut at " + at + " of " + size);
            }
            at += read;
        }
        into.limit(limit);
    }

    /** How many bytes are kept. */
    synchronized long size() {
        return size;
    }

    /** How many bytes were not kept. */
    synchronized long dropped() {
        return dropped;
    }

    /** Why bytes below the quota were not kept: a full disk. */
    synchronized Optional<IOException> fault() {
        return fault;
    }

    /** Whether all bytes are few enough to ride in a report. */
    synchronized boolean isSmall() {
        return file == null;
    }

    /** All bytes, while they are small. */
    synchronized Bytes bytes() {
        return Bytes.copyOf(Arrays.copyOf(memory, (int) size));
    }

    @Override
    public synchronized void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}
