package dev.orrery.store.sqlite.file;

import dev.orrery.store.DirectoryLock;
import dev.orrery.store.PrivateFiles;
import dev.orrery.store.StoreException;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A node's data directory while this process owns its store. */
public final class DataDirectory implements AutoCloseable {

    /** Where the driver unpacks SQLite; the default, /tmp, is everybody's and may be noexec. */
    private static final String NATIVE_DIRECTORY_PROPERTY = "org.sqlite.tmpdir";

    private final DirectoryLock lock;

    private DataDirectory(DirectoryLock lock) {
        this.lock = lock;
    }

    /** Takes the directory, which it makes when it is not there. */
    public static DataDirectory open(Path path) throws StoreException, IOException {
        DirectoryLock lock = DirectoryLock.take(path);
        try {
            DataDirectory taken = new DataDirectory(lock);
            taken.makeDatabaseFile();
            taken.makeNativeDirectory();
            PrivateFiles.syncDirectory(lock.directory());
            return taken;
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** The database file. */
    public Path database() {
        return lock.directory().resolve("store.db");
    }

    /** Dropping the channel drops the lock. */
    @Override
    public void close() throws IOException {
        lock.close();
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
        Path unpacked = PrivateFiles.directory(lock.directory().resolve("native"));
        try (DirectoryStream<Path> left = Files.newDirectoryStream(unpacked)) {
            for (Path file : left) {
                Files.deleteIfExists(file);
            }
        }
        System.setProperty(
                NATIVE_DIRECTORY_PROPERTY, unpacked.toAbsolutePath().normalize().toString());
    }
}
