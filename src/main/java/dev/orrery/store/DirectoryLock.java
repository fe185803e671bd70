package dev.orrery.store;

import dev.orrery.store.StoreException.Kind;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;

/** A node's data directory while this process is its master: the lock of {@code store.lock}. */
public final class DirectoryLock implements AutoCloseable {

    private final Path directory;
    private final FileChannel lock;

    private DirectoryLock(Path directory, FileChannel lock) {
        this.directory = directory;
        this.lock = lock;
    }

    /**
     * Takes the directory, which it makes when it is not there.
     *
     * @throws StoreException LOCKED when another process has it
     */
    public static DirectoryLock take(Path path) throws StoreException, IOException {
        Path directory = PrivateFiles.directory(path);
        FileChannel channel = PrivateFiles.open(directory.resolve("store.lock"));
        try {
            if (!tryLock(channel)) {
                throw new StoreException(
                        Kind.LOCKED,
                        "another Orrery has the store in "
                                + directory
                                + " open: stop it, or name another directory with --data");
            }
            return new DirectoryLock(directory, channel);
        } catch (StoreException | IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** The directory. */
    public Path directory() {
        return directory;
    }

    /** Dropping the channel drops the lock. */
    @Override
    public void close() throws IOException {
        lock.close();
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException heldByThisProcess) {
            return false;
        }
    }
}
