package dev.orrery.config;

import dev.orrery.model.Quantities;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How the value of a key is written, read and bounded.
 *
 * @param description the type with its bounds, for people
 * @param mapping whether the value has names of its own below the key
 */
record SettingKind<T>(String description, boolean mapping, Reader<T> reader) {

    private static final Pattern CLASS_NAME = Pattern.compile("\\w+(?:[.$]\\w+)*");
    private static final Pattern SHORT_NAME = Pattern.compile("[a-z]+(?:-[a-z]+)*");
    private static final Pattern LABEL =
            Pattern.compile("[^=\\p{Cntrl}]{1,63}=[^\\p{Cntrl}]{0,256}");
    private static final Pattern MAP_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

    /** Turns the written value into the typed one. */
    @FunctionalInterface
    interface Reader<T> {
        /**
         * Reads the value.
         *
         * @throws IllegalArgumentException whose message says what the value must be
         */
        T read(RawValue value);
    }

    static SettingKind<String> text(String description, Pattern grammar) {
        return scalar(
                description,
                text -> {
                    require(grammar.matcher(text).matches(), description, text);
                    return text;
                });
    }

    /** A text that may hold a secret when it is wrong, so that no message repeats it. */
    static SettingKind<String> unrepeated(String description, Pattern grammar) {
        return scalar(
                description,
                text -> {
                    if (!grammar.matcher(text).matches()) {
                        throw new IllegalArgumentException("must be: " + description);
                    }
                    return text;
                });
    }

    static SettingKind<String> className() {
        return text("class name", CLASS_NAME);
    }

    static SettingKind<Path> path() {
        return scalar("path", SettingKind::toPath);
    }

    static SettingKind<Optional<Path>> optionalPath() {
        return scalar(
                "path", text -> text.isEmpty() ? Optional.empty() : Optional.of(toPath(text)));
    }

    static SettingKind<Boolean> truth() {
        return scalar(
                "true or false",
                text ->
                        switch (text) {
                            case "true" -> true;
                            case "false" -> false;
                            default -> throw mustBe("true or false", text);
                        });
    }

    static SettingKind<Integer> whole(int min, int max) {
        String description = "whole number, " + min + " to " + max;
        return scalar(description, text -> (int) toLong(text, min, max, description));
    }

    static SettingKind<Long> count(long min, long max) {
        String description = "whole number, " + min + " to " + max;
        return scalar(description, text -> toLong(text, min, max, description));
    }

    static SettingKind<Long> cpuMillis(long cpusMax) {
        String description = "number of cpus, 0 to " + cpusMax;
        return scalar(
                description,
                text -> {
                    long cpuMillis = Quantities.parseCpuMillis(text);
                    require(cpuMillis <= cpusMax * 1000, description, text);
                    return cpuMillis;
                });
    }

    static SettingKind<Duration> duration(String min, String max) {
        Duration least = Quantities.parseDuration(min);
        Duration most = Quantities.parseDuration(max);
        String description = "duration, " + min + " to " + max;
        return scalar(
                description,
                text -> {
                    Duration value = Quantities.parseDuration(text);
                    boolean fits = value.compareTo(least) >= 0 && value.compareTo(most) <= 0;
                    require(fits, description, text);
                    return value;
                });
    }

    static SettingKind<Long> size(String min, String max) {
        long least = Quantities.parseSize(min);
        long most = Quantities.parseSize(max);
        String description = "size, " + min + " to " + max;
        return scalar(
                description,
                text -> {
                    long value = Quantities.parseSize(text);
                    require(value >= least && value <= most, description, text);
                    return value;
                });
    }

    static SettingKind<List<String>> list(String itemDescription, Pattern item) {
        String description = "list of " + itemDescription;
        return new SettingKind<>(
                description,
                false,
                value -> {
                    List<String> items =
                            switch (value) {
                                case RawValue.Scalar scalar -> split(scalar.text());
                                case RawValue.Sequence sequence -> sequence.items();
                                case RawValue.Mapping _ -> throw mustBe(description, "a mapping");
                            };
                    items.forEach(text -> require(item.matcher(text).matches(), description, text));
                    return items;
                });
    }

    static SettingKind<SortedMap<String, String>> texts(String description, Pattern entry) {
        return map(
                description,
                text -> {
                    require(entry.matcher(text).matches(), description, text);
                    return text;
                });
    }

    static SettingKind<SortedMap<String, Long>> counts(long max) {
        return counts(0, max);
    }

    static SettingKind<SortedMap<String, Long>> counts(long min, long max) {
        String description = "names with whole numbers, " + min + " to " + max;
        return map(description, text -> toLong(text, min, max, description));
    }

    /** Labels are written {@code name=value}; what they count for follows the last equals sign. */
    static SettingKind<SortedMap<String, Long>> labelCounts(long max) {
        String description = "labels as name=value with whole numbers, 0 to " + max;
        return new SettingKind<>(
                description,
                true,
                value -> {
                    TreeMap<String, Long> read = new TreeMap<>();
                    toMapping(value, description)
                            .forEach((name, text) -> {
                                String entry = name + "=" + text;
                                int last = entry.lastIndexOf('=');
                                String label = entry.substring(0, last);
                                require(LABEL.matcher(label).matches(), description, label);
                                read.put(
                                        label,
                                        toLong(entry.substring(last + 1), 0, max, description));
                            });
                    return Collections.unmodifiableSortedMap(read);
                });
    }

    /**
     * The class of a component; one of ours also by its short name, as {@code least-recently-used}.
     */
    static SettingKind<String> component(String ourPackage) {
        return scalar(
                "class name, or short name of one of ours",
                text -> {
                    if (SHORT_NAME.matcher(text).matches()) {
                        return ourPackage
                                + "."
                                + Arrays.stream(text.split("-"))
                                        .map(it ->
                                                it.substring(0, 1).toUpperCase(Locale.ROOT)
                                                        + it.substring(1))
                                        .collect(Collectors.joining());
                    }
                    require(CLASS_NAME.matcher(text).matches(), "class name", text);
                    return text;
                });
    }

    private static <V> SettingKind<SortedMap<String, V>> map(
            String description, Function<String, V> entry) {
        return new SettingKind<>(
                description,
                true,
                value -> {
                    TreeMap<String, V> read = new TreeMap<>();
                    toMapping(value, description)
                            .forEach((name, text) -> {
                                require(MAP_NAME.matcher(name).matches(), description, name);
                                read.put(name, entry.apply(text));
                            });
                    return Collections.unmodifiableSortedMap(read);
                });
    }

    private static SortedMap<String, String> toMapping(RawValue value, String description) {
        return switch (value) {
            case RawValue.Mapping mapping -> mapping.entries();
            case RawValue.Sequence sequence -> toMapping(sequence.items(), description);
            case RawValue.Scalar scalar -> toMapping(split(scalar.text()), description);
        };
    }

    private static SortedMap<String, String> toMapping(List<String> items, String description) {
        TreeMap<String, String> entries = new TreeMap<>();
        for (String item : items) {
            int equals = item.indexOf('=');
            require(equals > 0, description + " as name=value", item);
            entries.put(item.substring(0, equals), item.substring(equals + 1));
        }
        return entries;
    }

    private static <T> SettingKind<T> scalar(String description, Function<String, T> reader) {
        return new SettingKind<>(
                description,
                false,
                value ->
                        switch (value) {
                            case RawValue.Scalar scalar -> reader.apply(scalar.text());
                            case RawValue.Sequence _ -> throw mustBe(description, "a list");
                            case RawValue.Mapping _ -> throw mustBe(description, "a mapping");
                        });
    }

    private static Path toPath(String text) {
        require(!text.isBlank() && text.indexOf('\0') < 0, "a path", text);
        UnaryOperator<String> home = rest -> System.getProperty("user.home") + rest;
        boolean underHome = text.equals("~") || text.startsWith("~/");
        return Path.of(underHome ? home.apply(text.substring(1)) : text).toAbsolutePath();
    }

    private static long toLong(String text, long min, long max, String description) {
        try {
            long value = Long.parseLong(text.replace("_", ""));
            require(value >= min && value <= max, description, text);
            return value;
        } catch (NumberFormatException e) {
            throw mustBe(description, text);
        }
    }

    private static List<String> split(String text) {
        return Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .filter(item -> !item.isEmpty())
                .toList();
    }

    private static void require(boolean fits, String description, String text) {
        if (!fits) {
            throw mustBe(description, text);
        }
    }

    private static IllegalArgumentException mustBe(String description, String text) {
        return new IllegalArgumentException("must be: " + description + "; is: " + text);
    }
}
