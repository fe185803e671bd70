package dev.orrery.endtoend;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a user has: the jar and {@code bin/orrery}.
 *
 * <p>The jar is the one that the system property {@code orrery.jar} names. When the developer's
 * classes are newer, an empty jar that points at the tests' own class path stands in for it.
 */
public final class Distribution {
    private static final Path ROOT = Path.of("").toAbsolutePath();
    private static final Path CLASSES = ROOT.resolve("target/classes");

    private Distribution() {}

    public static Path launcher() {
        return ROOT.resolve("bin/orrery");
    }

    public static Path java() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }

    public static Path contract() {
        return ROOT.resolve("src/main/resources/openapi.yaml");
    }

    /** The jar to start; one that points at the classes is made in the directory. */
    public static Path jar(Path directory) {
        Path built = Path.of(System.getProperty("orrery.jar", "target/orrery.jar"));
        try {
            return isOlderThanClasses(built)
                    ? pointer(directory.resolve("orrery.jar"))
                    : built.toAbsolutePath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isOlderThanClasses(Path built) throws IOException {
        if (!Files.exists(built)) {
            return true;
        }
        FileTime builtAt = Files.getLastModifiedTime(built);
        try (Stream<Path> compiled =
                Files.find(
                        CLASSES,
                        Integer.MAX_VALUE,
                        (path, is) ->
                                is.isRegularFile()
                                        && is.lastModifiedTime().compareTo(builtAt) > 0)) {
            return compiled.findAny().isPresent();
        }
    }

    private static Path pointer(Path jar) throws IOException {
        List<String> elements = new ArrayList<>(List.of(CLASSES.toUri().toString()));
        Arrays.stream(System.getProperty("java.class.path").split(":"))
                .map(Path::of)
                .filter(Files::isRegularFile)
                .map(file -> file.toUri().toString())
                .forEach(elements::add);
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.put(Attributes.Name.MAIN_CLASS, "dev.orrery.Main");
        main.put(Attributes.Name.CLASS_PATH, elements.stream().collect(Collectors.joining(" ")));
        try (OutputStream file = Files.newOutputStream(jar)) {
            new JarOutputStream(file, manifest).close();
        }
        return jar;
    }
}
