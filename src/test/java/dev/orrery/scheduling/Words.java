package dev.orrery.scheduling;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** A line of a trace: a verb, words in order, and options of the form {@code name=value}. */
record Words(String verb, List<String> inOrder, TreeMap<String, String> options) {

    static Words of(String line) {
        List<String> inOrder = new ArrayList<>();
        TreeMap<String, String> options = new TreeMap<>();
        for (String word : line.strip().split("\\s+")) {
            int equals = word.indexOf('=');
            if (equals < 0) {
                inOrder.add(word);
            } else {
                options.put(word.substring(0, equals), word.substring(equals + 1));
            }
        }
        return new Words(inOrder.removeFirst(), inOrder, options);
    }

    String at(int index) {
        if (index >= inOrder.size()) {
            throw new AssertionError("a word is missing: " + this);
        }
        return inOrder.get(index);
    }

    boolean has(String word) {
        return inOrder.contains(word);
    }

    Optional<String> option(String name) {
        return Optional.ofNullable(options.get(name));
    }

    int number(String name, int otherwise) {
        return option(name).map(Integer::parseInt).orElse(otherwise);
    }

    Optional<Duration> duration(String name) {
        return option(name).map(Words::read);
    }

    List<String> list(String name) {
        return option(name).filter(it -> !it.isEmpty()).stream()
                .flatMap(it -> Arrays.stream(it.split(",")))
                .toList();
    }

    /** Reads {@code 5ms}, {@code +5s}, {@code -1h}, {@code 2d}. */
    static Duration read(String text) {
        boolean negative = text.startsWith("-");
        String plain = text.replaceFirst("^[+-]", "");
        String unit = plain.replaceAll("[0-9]", "");
        long amount = Long.parseLong(plain.substring(0, plain.length() - unit.length()));
        Duration duration =
                switch (unit) {
                    case "ms" -> Duration.ofMillis(amount);
                    case "s" -> Duration.ofSeconds(amount);
                    case "m" -> Duration.ofMinutes(amount);
                    case "h" -> Duration.ofHours(amount);
                    case "d" -> Duration.ofDays(amount);
                    default -> throw new AssertionError("no duration: " + text);
                };
        return negative ? duration.negated() : duration;
    }
}
