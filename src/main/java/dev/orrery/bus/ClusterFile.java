package dev.orrery.bus;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;

/**
 * {@code DIR/cluster.json} while this process holds its lock: the name of the cluster and the
 * members that nodes with the same data directory started.
 *
 * <p>A node holds the lock from before it looks for members until it is one itself, so that nodes
 * that start at the same moment find each other instead of forming two clusters. The file is a
 * hint: members that do not answer are forgotten, and losing it costs a {@code --join}.
 *
 * <p>Every cluster is named {@link #DEFAULT_NAME}, so that a node with another data directory can
 * join by {@code --join} alone, unless the file carries another name. The name is no password.
 */
final class ClusterFile implements AutoCloseable {
    static final String DEFAULT_NAME = "orrery";

    private static final Duration PROBE_TIMEOUT = Duration.ofMillis(300);
    private static final Duration LOCK_PAUSE = Duration.ofMillis(20);

    private final Path file;
    private final FileChannel lockFile;

    private ClusterFile(Path file, FileChannel lockFile) {
        this.file = file;
        this.lockFile = lockFile;
    }

    /** Waits for the lock; blocking. */
    static ClusterFile lock(Path directory, Duration timeout) throws IOException {
        FileChannel lockFile = open(directory.resolve("cluster.lock"));
        long end = System.nanoTime() + timeout.toNanos();
        while (!tryLock(lockFile)) {
            if (System.nanoTime() - end > 0) {
                lockFile.close();
                throw new IOException("another node holds " + directory + "/cluster.lock");
            }
            LockSupport.parkNanos(LOCK_PAUSE.toNanos());
        }
        return new ClusterFile(directory.resolve("cluster.json"), lockFile);
    }

    /** The name of the cluster. */
    String name() throws IOException {
        return read().getString("name", DEFAULT_NAME);
    }

    /** Names the cluster. */
    void name(String name) throws IOException {
        if (!name().equals(name)) {
            write(name, new TreeSet<>(members()));
        }
    }

    /** The members that accept a connection now. */
    List<String> liveMembers() throws IOException {
        return members().stream().filter(ClusterFile::answers).toList();
    }

    /** Adds a member, and forgets all but it and these. */
    void add(String member, List<String> live) throws IOException {
        SortedSet<String> members = new TreeSet<>(live);
        members.add(member);
        write(members);
    }

    /** Forgets a member. */
    void remove(String member) throws IOException {
        SortedSet<String> members = new TreeSet<>(members());
        if (members.remove(member)) {
            write(members);
        }
    }

    /** Gives the lock back. */
    @Override
    public void close() throws IOException {
        lockFile.close();
    }

    private List<String> members() throws IOException {
        return read().getJsonArray("members", new JsonArray()).stream()
                .map(String::valueOf)
                .toList();
    }

    private JsonObject read() throws IOException {
        if (!Files.exists(file)) {
            return new JsonObject();
        }
        try {
            return new JsonObject(Files.readString(file));
        } catch (DecodeException | ClassCastException damaged) {
            throw new IOException(file + " is damaged; remove it and start again", damaged);
        }
    }

    private void write(SortedSet<String> members) throws IOException {
        write(name(), members);
    }

    private void write(String name, SortedSet<String> members) throws IOException {
        JsonObject content =
                new JsonObject()
                        .put("name", name)
                        .put("members", new JsonArray(List.copyOf(members)));
        Path next = file.resolveSibling("cluster.json.next");
        Files.deleteIfExists(next);
        createPrivate(next);
        Files.writeString(next, content.encodePrettily() + "\n");
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static FileChannel open(Path lockFile) throws IOException {
        if (!Files.exists(lockFile)) {
            createPrivate(lockFile);
        }
        return FileChannel.open(lockFile, StandardOpenOption.WRITE);
    }

    private static void createPrivate(Path path) throws IOException {
        var ownerOnly =
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try {
            Files.createFile(path, ownerOnly);
        } catch (FileAlreadyExistsException made) {
            // Another node made it at the same moment, with the same permissions.
        }
    }

    private static boolean tryLock(FileChannel lockFile) throws IOException {
        try {
            FileLock lock = lockFile.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException heldByThisProcess) {
            return false;
        }
    }

    private static boolean answers(String member) {
        int colon = member.lastIndexOf(':');
        try (Socket socket = new Socket()) {
            int port = Integer.parseInt(member.substring(colon + 1));
            InetSocketAddress address =
                    new InetSocketAddress(member.substring(0, Math.max(colon, 0)), port);
            socket.connect(address, (int) PROBE_TIMEOUT.toMillis());
            return true;
        } catch (IOException | IllegalArgumentException gone) {
            return false;
        }
    }
}
