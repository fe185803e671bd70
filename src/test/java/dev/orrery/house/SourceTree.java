package dev.orrery.house;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The files that people wrote, below the working directory; what a build makes is left out. */
final class SourceTree {
    static final Path MAIN = Path.of("src/main/java");
    static final Path TEST = Path.of("src/test/java");

    private static final Set<String> MADE_OR_FOREIGN = Set.of("target", ".git", "node_modules");

    private SourceTree() {}

    /** All Java sources, of the program and of its tests. */
    static List<JavaSource> javaSources() {
        List<JavaSource> sources = new ArrayList<>();
        for (Path root : List.of(MAIN, TEST)) {
            for (Path file : filesEndingWith(".java", root)) {
                sources.add(new JavaSource(file, read(file)));
            }
        }
        return sources;
    }

    /** The files below {@code root} with that ending, in the order of their names. */
    static List<Path> filesEndingWith(String ending, Path root) {
        List<Path> files = new ArrayList<>();
        if (!Files.isDirectory(root)) {
            return files;
        }
        try {
            Files.walkFileTree(root, new Collector(ending, files));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        files.sort(null);
        return files;
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Collector extends SimpleFileVisitor<Path> {
        private final String ending;
        private final List<Path> files;

        Collector(String ending, List<Path> files) {
            this.ending = ending;
            this.files = files;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            return MADE_OR_FOREIGN.contains(directory.getFileName().toString())
                    ? FileVisitResult.SKIP_SUBTREE
                    : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.getFileName().toString().endsWith(ending)) {
                files.add(file);
            }
            return FileVisitResult.CONTINUE;
        }
    }
}
