package dev.orrery.chaos;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What was seen during a run, in the order in which it was told, here and in a file of lines. */
final class History implements AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final List<Fact> facts = new ArrayList<>();
    private final Path file;
    private final Writer lines;

    /** A history that is also written to {@code target/chaos/NAME.jsonl}. */
    History(String name) {
        file = Path.of("target", "chaos", name + ".jsonl");
        try {
            Files.createDirectories(file.getParent());
            lines = Files.newBufferedWriter(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The time of all facts. */
    static long now() {
        long millis = System.currentTimeMillis();
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    synchronized void add(Fact fact) {
        facts.add(fact);
        ObjectNode line = MAPPER.createObjectNode().put("fact", fact.getClass().getSimpleName());
        line.setAll(MAPPER.<ObjectNode>valueToTree(fact));
        try {
            lines.write(line + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    synchronized List<Fact> facts() {
        return List.copyOf(facts);
    }

    synchronized <F extends Fact> Stream<F> all(Class<F> kind) {
        return List.copyOf(facts).stream().filter(kind::isInstance).map(kind::cast);
    }

    Path file() {
        return file;
    }

    @Override
    public synchronized void close() {
        try {
            lines.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
