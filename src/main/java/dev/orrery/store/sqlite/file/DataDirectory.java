package dev.orrery.store.sqlite.file;

import dev.orrery.store.PrivateFiles;
import dev.orrery.store.StoreException;
import dev.orrery.store.StoreException.Kind;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A node's data directory while this process owns its store. */
public final class DataDirectory implements AutoCloseable {

    /** Where the driver unpacks SQLite; the default, /tmp, is everybody's and may be noexec. */
    private static final String NATIVE_DIRECTORY_PROPERTY = "org.sqlite.tmpdir";

    private final Path directory;
    private final FileChannel lock;

    private DataDirectory(Path directory, FileChannel lock) {
        this.directory = directory;
        this.lock = lock;
    }

    /** Takes the directory, which it makes when it is not there. */
    public static DataDirectory open(Path path) throws StoreException, IOException {
        Path directory = PrivateFiles.directory(path);
        FileChannel channel = PrivateFiles.open(directory.resolve("store.lock"));
        try {
            if (tryLock(channel) == null) {
                throw new StoreException(
                        Kind.LOCKED,
                        "another Orrery has the store in "
                                + directory
                                + " open: stop it, or name another directory with --data");
            }
            DataDirectory taken = new DataDirectory(directory, channel);
            taken.makeDatabaseFile();
            taken.makeNativeDirectory();
            PrivateFiles.syncDirectory(directory);
            return taken;
        } catch (StoreException | IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** The database file. */
    public Path database() {
        return directory.resolve("store.db");
    }

    /** Dropping the channel drops the lock. */
    @Override
    public void close() throws IOException {
        lock.close();
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException ownProcess) {
            return null;
        }
    }

    /** SQLite gives its -wal and -shm files the mode of the database, so we make that one. */
    private void makeDatabaseFile() throws IOException {
        PrivateFiles.open(database()).close();
    }

    /** Nobody else uses this directory, so what is in it was left by a process that is gone. */
    private void makeNativeDirectory() throws IOException {
        if (System.getProperty(NATIVE_DIRECTORY_PROPERTY) != null) {
            return;
        }
        Path unpacked = PrivateFiles.directory(directory.resolve("native"));
        try (DirectoryStream<Path> left = Files.newDirectoryStream(unpacked)) {
            for (Path file : left) {
                Files.deleteIfExists(file);
            }
        }
        System.setProperty(
                NATIVE_DIRECTORY_PROPERTY, unpacked.toAbsolutePath().normalize().toString());
    }
}
