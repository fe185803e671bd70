package dev.orrery.execution;

import dev.orrery.model.AttemptId;
import dev.orrery.model.Content;
import dev.orrery.model.StoredFile;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.Set;

/** The directory in which one attempt runs: 0700, and gone after its end. */
record Workspace(Path directory) {

    private static final Set<PosixFilePermission> OWNER_ONLY =
            PosixFilePermissions.fromString("rwx------");
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
            PosixFilePermissions.asFileAttribute(OWNER_ONLY);
    private static final int NAME_BYTES_MAX = 255;

    /** What the system says of a directory of its owner only: S_IFDIR and 0700. */
    private static final Integer MADE = 0x4000 | 0700;

    /** Brings a stored input to a file. */
    interface Fetch {
        void run(StoredFile input, Path to) throws IOException;
    }

    /** The name of an attempt's directory. */
    static String nameOf(AttemptId attempt) {
        return attempt.job() + "." + attempt.tasks().first() + "." + attempt.number();
    }

    /** Makes a private directory, and its parents. */
    static Path makeDirectory(Path directory) throws IOException {
        return Files.createDirectories(directory, PRIVATE);
    }

    static Workspace create(Path directory) throws IOException {
        return new Workspace(Files.createDirectory(directory, PRIVATE));
    }

    /**
     * Puts an input into the directory.
     *
     * @throws IOException also when its name is not a plain name or its bytes are not its own
     */
    void place(StoredFile input, Fetch fetch) throws IOException {
        Path file = directory.resolve(plainName(input.name()));
        switch (input.content()) {
            case Content.Inline(var bytes) -> {
                byte[] content = bytes.toArray();
                if (!Outputs.sha256(content).equals(input.sha256())) {
                    throw new IOException("the checksum of the input is wrong: " + input.name());
                }
                Files.write(file, content, StandardOpenOption.CREATE_NEW);
            }
            case Content.Stored ignored -> fetch.run(input, file);
            case Content.Shipped ignored ->
                    throw new IOException("an input cannot be a log: " + input.name());
        }
    }

    void makeExecutable(String name) throws IOException {
        Path file = directory.resolve(plainName(name));
        if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            Files.setPosixFilePermissions(file, OWNER_ONLY);
        }
    }

    /** Names were checked when they were submitted; here they reach a path, so once more. */
    private static String plainName(String name) throws IOException {
        boolean isPlain =
                !name.isEmpty()
                        && !name.equals(".")
                        && !name.equals("..")
                        && name.indexOf('/') < 0
                        && name.indexOf('\\') < 0
                        && name.indexOf(0) < 0
                        && name.getBytes(StandardCharsets.UTF_8).length <= NAME_BYTES_MAX;
        if (!isPlain) {
            throw new IOException("the name of an input is not a plain name");
        }
        return name;
    }

    /** Whether it is empty and open to its owner only, as it was made. */
    boolean isPristine() {
        String[] entries = directory.toFile().list();
        try {
            return entries != null
                    && entries.length == 0
                    && Files.getAttribute(directory, "unix:mode", LinkOption.NOFOLLOW_LINKS)
                            .equals(MADE);
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    /**
     * Removes a whole tree, following no link and opening directories that were closed to us.
     *
     * @throws IOException when something stays
     */
    static void removeTree(Path root) throws IOException {
        if (Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
            Files.walkFileTree(root, new Removal());
        }
    }

    /** Deletes on the way back up; tries a closed directory once more after opening it. */
    private static final class Removal extends SimpleFileVisitor<Path> {

        private final Set<Path> opened = new HashSet<>();

        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                throws IOException {
            if (!Files.isWritable(directory) || !Files.isExecutable(directory)) {
                Files.setPosixFilePermissions(directory, OWNER_ONLY);
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException fault) throws IOException {
            if (!Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS) || !opened.add(file)) {
                throw fault;
            }
            Files.setPosixFilePermissions(file, OWNER_ONLY);
            Files.walkFileTree(file, this);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException fault)
                throws IOException {
            if (fault != null) {
                throw fault;
            }
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
        }
    }
}
