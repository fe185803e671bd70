package dev.orrery.node;

import dev.orrery.model.WorkerId;
import dev.orrery.store.MasterIdFile;
import dev.orrery.store.PrivateFiles;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.UUID;

/**
 * The small files of a node in its data directory: locks, the admin token, the endpoint, and the
 * count of a worker's lives. All are readable by their owner only.
 */
public final class NodeFiles {

    private static final int WORKERS_MAX = 1_000;

    private final Path data;

    NodeFiles(Path data) {
        this.data = data;
    }

    /** A lock on a role and name, held until it is closed. */
    record Claim(String name, Path directory, FileChannel channel, FileLock lock)
            implements AutoCloseable {
        @Override
        public void close() throws IOException {
            lock.release();
            channel.close();
        }
    }

    /** Makes the data directory, for its owner only. */
    void prepare() throws IOException {
        PrivateFiles.directory(data);
    }

    /** Takes the lock of a worker by its name; empty when another process has it. */
    Optional<Claim> claimWorker(String name) throws IOException {
        Path workers = PrivateFiles.directory(data.resolve("workers"));
        Path directory = PrivateFiles.directory(workers.resolve(new WorkerId(name).name()));
        FileChannel channel = PrivateFiles.open(directory.resolve("worker.lock"));
        FileLock lock = tryLock(channel);
        if (lock == null) {
            channel.close();
            return Optional.empty();
        }
        return Optional.of(new Claim(name, directory, channel, lock));
    }

    /** Takes the first worker name with the given beginning that no process has. */
    Claim claimAnyWorker(String beginning) throws IOException {
        for (int number = 1; number <= WORKERS_MAX; number++) {
            Optional<Claim> claim = claimWorker(beginning + "-" + number);
            if (claim.isPresent()) {
                return claim.get();
            }
        }
        throw new IOException("no free worker name below " + data.resolve("workers"));
    }

    private static @org.jspecify.annotations.Nullable FileLock tryLock(FileChannel channel)
            throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException heldByThisProcess) {
            return null;
        }
    }

    /** A number for this life of a worker, greater than that of every earlier one. */
    static long nextIncarnation(Path directory, long nowMillis) throws IOException {
        Path file = directory.resolve("incarnation");
        long last = 0;
        try {
            last = Long.parseLong(Files.readString(file).strip());
        } catch (NoSuchFileException firstLife) {
            last = 0;
        } catch (NumberFormatException damaged) {
            throw new IOException("not a number: " + file + "; remove it to go on", damaged);
        }
        long next = Math.max(last + 1, nowMillis);
        write(file, Long.toString(next));
        return next;
    }

    /** The admin token's file. */
    Path adminToken() {
        return data.resolve("admin.token");
    }

    /** The id of this directory's master, made at its first start. */
    UUID masterId() throws IOException {
        return MasterIdFile.read(data);
    }

    /** Where the command line finds the server of this directory. */
    Path endpoint() {
        return data.resolve("endpoint.json");
    }

    /** Replaces a file in one step; only its owner may read it. */
    public static void write(Path file, String text) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(next);
        Files.createFile(
                next,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (FileChannel channel = FileChannel.open(next, StandardOpenOption.WRITE)) {
            channel.write(StandardCharsets.UTF_8.encode(text));
            channel.force(true);
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
