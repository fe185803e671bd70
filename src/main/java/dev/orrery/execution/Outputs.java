package dev.orrery.execution;

import dev.orrery.model.BlobId;
import dev.orrery.model.Bytes;
import dev.orrery.model.Content;
import dev.orrery.model.StoredFile;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Collects the declared outputs of an attempt, of which nothing runs any more.
 *
 * <p>Only regular files with one name are taken, and no link is followed on the way to them: a task
 * may have planted a link to a file that it could not read itself.
 */
final class Outputs {

    /** Names and checksums ride in one report. */
    static final int FILES_MAX = 1000;

    /** What of the contents may ride in one report. */
    static final int INLINE_BYTES_MAX = 64 * 1024;

    private final Path workspace;
    private final long bytesMax;
    private final Keep keep;
    private final List<StoredFile> files = new ArrayList<>();
    private final List<String> refusals = new ArrayList<>();
    private long bytes;
    private long inlineBytes;

    /** Stores a file that is too large to ride in a report. */
    interface Keep {
        BlobId store(Path file) throws IOException;
    }

    Outputs(Path workspace, long bytesMax, Keep keep) {
        this.workspace = workspace;
        this.bytesMax = bytesMax;
        this.keep = keep;
    }

    /**
     * Takes what the patterns name.
     *
     * @throws IOException when a file could not be read or stored
     */
    void collect(List<String> patterns) throws IOException {
        SortedSet<Path> found = new TreeSet<>();
        List<PathMatcher> globs = new ArrayList<>();
        for (String pattern : patterns) {
            if (!isInside(pattern)) {
                refusals.add(pattern + " is not a path within the workspace");
            } else if (isGlob(pattern)) {
                globs.addAll(globs(pattern));
            } else {
                addNamed(pattern, found);
            }
        }
        if (!globs.isEmpty()) {
            walk(globs, found);
        }
        if (found.size() > FILES_MAX) {
            refusals.add(found.size() + " files match, more than " + FILES_MAX + " are not kept");
            return;
        }
        for (Path file : found) {
            take(file);
        }
    }

    List<StoredFile> files() {
        return files;
    }

    /** Why an attempt that did well must not count as such; empty when all is there. */
    List<String> refusals() {
        return refusals;
    }

    private void addNamed(String pattern, SortedSet<Path> found) {
        Path file = workspace.resolve(pattern).normalize();
        Path parent = workspace;
        for (Path part : workspace.relativize(file.getParent())) {
            parent = parent.resolve(part);
            if (!part.toString().isEmpty()
                    && !Files.isDirectory(parent, LinkOption.NOFOLLOW_LINKS)) {
                refusals.add(pattern + " is not there");
                return;
            }
        }
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            refusals.add(pattern + " is not there");
        } else if (!isPlainFile(file)) {
            refusals.add(pattern + " is not a regular file with a single name");
        } else {
            found.add(file);
        }
    }

    private void walk(List<PathMatcher> globs, SortedSet<Path> found) throws IOException {
        Files.walkFileTree(
                workspace,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        Path relative = workspace.relativize(file);
                        if (globs.stream().anyMatch(glob -> glob.matches(relative))
                                && isPlainFile(file)) {
                            found.add(file);
                        }
                        return found.size() > FILES_MAX
                                ? FileVisitResult.TERMINATE
                                : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException fault) {
                        return FileVisitResult.CONTINUE; // closed by the task: not an output
                    }
                });
    }

    private void take(Path file) throws IOException {
        Object before = key(file);
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            if (!Objects.equals(before, key(file)) || !isPlainFile(file)) {
                throw new IOException(file.getFileName() + " changed while it was collected");
            }
            String name = workspace.relativize(file).toString();
            long size = channel.size();
            if (bytes + size > bytesMax) {
                refusals.add(name + " passes the " + bytesMax + " bytes that are kept of outputs");
                return;
            }
            bytes += size;
            if (size <= Content.INLINE_BYTES_MAX && inlineBytes + size <= INLINE_BYTES_MAX) {
                inlineBytes += size;
                byte[] content = Channels.newInputStream(channel).readNBytes((int) size);
                Content inline = new Content.Inline(Bytes.copyOf(content));
                files.add(new StoredFile(name, size, sha256(content), inline));
            } else {
                BlobId blob = keep.store(file);
                files.add(new StoredFile(name, size, blob.sha256(), new Content.Stored(blob)));
            }
        }
    }

    private static @Nullable Object key(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    private static boolean isPlainFile(Path file) {
        try {
            return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                    && Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS)
                            instanceof Integer links
                    && links == 1;
        } catch (IOException e) {
            return false;
        }
    }

    private boolean isInside(String pattern) {
        return !pattern.isEmpty()
                && !pattern.startsWith("/")
                && pattern.indexOf(0) < 0
                && !List.of(pattern.split("/")).contains("..")
                && !workspace
                        .resolve(pattern.replaceAll("[*?{}\\[\\]\\\\]", "_"))
                        .normalize()
                        .equals(workspace);
    }

    private static boolean isGlob(String pattern) {
        return pattern.chars().anyMatch(c -> "*?[{\\".indexOf(c) >= 0);
    }

    /** Unlike Java's own, a leading {@code **}{@code /} matches files at the top as well. */
    private List<PathMatcher> globs(String pattern) {
        List<PathMatcher> globs = new ArrayList<>();
        try {
            globs.add(workspace.getFileSystem().getPathMatcher("glob:" + pattern));
            if (pattern.startsWith("**/")) {
                String rest = pattern.substring(3);
                globs.add(workspace.getFileSystem().getPathMatcher("glob:" + rest));
            }
        } catch (IllegalArgumentException e) {
            refusals.add(pattern + " is not a pattern");
        }
        return globs;
    }

    static String sha256(byte[] content) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
