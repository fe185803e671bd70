package dev.orrery.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Locks by name between processes that share a directory: each name is a byte of one file, which
 * need not be there. The file is never opened for anything else, because closing it anywhere in a
 * process would end the process's locks (fcntl).
 */
final class RangeLock implements AutoCloseable {

    /** Nothing held. */
    static final Held NOTHING = () -> {};

    /**
     * Nobody waits in the kernel: threads of one process may not for each other, and for another
     * process the wait would have no end.
     */
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final FileChannel channel;

    private RangeLock(FileChannel channel) {
        this.channel = channel;
    }

    static RangeLock open(Path file) throws IOException {
        return new RangeLock(PrivateFiles.open(file));
    }

    /** Waits until nobody else holds the name. */
    Held lock(String name) throws IOException {
        long position = position(name);
        long begin = System.nanoTime();
        while (true) {
            Optional<FileLock> lock = tryLock(position);
            if (lock.isPresent()) {
                return lock.get()::release;
            }
            if (System.nanoTime() - begin > WAIT_NANOS) {
                throw new IOException("a lock is held for too long: " + name);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private Optional<FileLock> tryLock(long position) throws IOException {
        try {
            return Optional.ofNullable(channel.tryLock(position, 1, false));
        } catch (OverlappingFileLockException heldInThisProcess) {
            return Optional.empty();
        }
    }

    /** Two names at one place cost a wait and nothing else. */
    private static long position(String name) {
        long hash = 0;
        for (int i = 0; i < name.length(); i++) {
            hash = 31 * hash + name.charAt(i);
        }
        return hash & (Long.MAX_VALUE >> 1);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("a lock file cannot be closed", e);
        }
    }

    /** A lock, until it is closed. */
    interface Held extends AutoCloseable {
        @Override
        void close() throws IOException;
    }
}
