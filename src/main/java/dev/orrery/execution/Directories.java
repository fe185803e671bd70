package dev.orrery.execution;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The directories of a worker: a workspace for each attempt, captured output on its way, and
 * workspaces that could not be removed.
 *
 * <p>A workspace that its attempt left as it was is given to the next one: to make and to remove a
 * directory costs more than to start a process, where each is a change of the disk's journal.
 */
final class Directories {

    private static final Logger LOG = LoggerFactory.getLogger(Directories.class);
    private static final int SPARE_MAX = 64;

    private final Path work;
    private final Path spool;
    private final Path trash;
    private final ConcurrentLinkedDeque<Workspace> spare = new ConcurrentLinkedDeque<>();
    private final AtomicInteger spares = new AtomicInteger();
    private final AtomicLong made = new AtomicLong();

    private Directories(Path work, Path spool, Path trash) {
        this.work = work;
        this.spool = spool;
        this.trash = trash;
    }

    static Directories in(Path worker) throws IOException {
        Path root = worker.toAbsolutePath().normalize();
        return new Directories(
                Workspace.makeDirectory(root.resolve("work")),
                Workspace.makeDirectory(root.resolve("spool")),
                Workspace.makeDirectory(root.resolve("trash")));
    }

    Path spool() {
        return spool;
    }

    /** An empty workspace. */
    Workspace open() throws IOException {
        Workspace used = spare.pollFirst();
        if (used != null) {
            spares.decrementAndGet();
            return used;
        }
        return Workspace.create(work.resolve(Long.toString(made.incrementAndGet())));
    }

    /** Keeps a workspace that is as it was made for another attempt; says whether it did. */
    boolean keep(Workspace workspace) {
        if (spares.get() >= SPARE_MAX || !workspace.isPristine()) {
            return false;
        }
        spares.incrementAndGet();
        spare.addFirst(workspace);
        return true;
    }

    /** Removes a workspace with all that is in it, or moves it out of the way. */
    void discard(Workspace workspace) {
        Path directory = workspace.directory();
        try {
            Workspace.removeTree(directory);
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("workspace", directory).setCause(e).log("moved to the trash");
            bury(directory);
        }
    }

    private void bury(Path directory) {
        try {
            Path grave = trash.resolve(directory.getFileName() + "." + System.nanoTime());
            Files.move(directory, grave, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            LOG.atError().addKeyValue("workspace", directory).setCause(e).log("not removed");
        }
    }

    /** Removes the workspaces that wait for another attempt. */
    void discardSpare() {
        for (Workspace each = spare.poll(); each != null; each = spare.poll()) {
            discard(each);
        }
    }

    /** Removes what earlier incarnations left. */
    void clear() {
        for (Path directory : List.of(work, spool, trash)) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
                for (Path entry : entries) {
                    discard(new Workspace(entry));
                }
            } catch (IOException e) {
                LOG.atError().addKeyValue("directory", directory).setCause(e).log("not cleared");
            }
        }
    }
}
