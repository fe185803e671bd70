package dev.orrery.execution;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * The directories of a worker.
 *
 * @param work a workspace for each attempt
 * @param spool captured output on its way
 * @param trash workspaces that could not be removed
 */
record Directories(Path work, Path spool, Path trash) {

    private static final Logger LOG = LoggerFactory.getLogger(Directories.class);

    static Directories in(Path worker) throws IOException {
        Path root = worker.toAbsolutePath().normalize();
        return new Directories(
                Workspace.makeDirectory(root.resolve("work")),
                Workspace.makeDirectory(root.resolve("spool")),
                Workspace.makeDirectory(root.resolve("trash")));
    }

    /** Removes a workspace that is empty; says whether it is gone. */
    boolean discardEmpty(Workspace workspace) {
        try {
            return workspace.removeEmpty();
        } catch (IOException e) {
            return false;
        }
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

    /** Removes what earlier incarnations left. */
    void clear() {
        for (Path directory : new Path[] {work, spool, trash}) {
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
