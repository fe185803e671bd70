package dev.orrery.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Written values by dotted name, each with where it was written; later ones win. */
final class SettingsSources {

    private record Written(RawValue value, String source) {}

    private final SortedMap<String, Written> values = new TreeMap<>();
    private final Map<String, String> sections = new TreeMap<>();
    private final Set<String> used = new HashSet<>();
    private final List<String> faults;

    SettingsSources(List<String> faults) {
        this.faults = faults;
    }

    void fault(String sentence) {
        faults.add(sentence);
    }

    void add(String name, RawValue value, String source) {
        values.put(name, new Written(value, source));
    }

    /** A name that has others below it, or none yet; known when it begins a key. */
    void addSection(String name, String source) {
        sections.put(name, source);
    }

    /** Takes the variable when it names a key; a name that only looks like one is a fault. */
    void addVariable(String variable, String text) {
        for (SettingKey<?> key : SettingKeys.ALL) {
            if (key.variable().equals(variable)) {
                replace(key, text, "$" + variable);
                return;
            }
        }
        boolean namesSection =
                SettingKeys.ALL.stream()
                        .map(key -> sectionOf(key.name()))
                        .anyMatch(section -> variable.startsWith(section));
        if (namesSection) {
            List<String> known = SettingKeys.ALL.stream().map(SettingKey::variable).toList();
            faults.add("$" + variable + ": no such setting" + Suggestion.text(variable, known));
        }
    }

    void addFlag(String name, String text) {
        Optional<SettingKey<?>> key =
                SettingKeys.ALL.stream().filter(known -> known.name().equals(name)).findFirst();
        if (key.isPresent()) {
            replace(key.get(), text, "command line");
        } else {
            add(name, new RawValue.Scalar(text), "command line");
        }
    }

    /** A text for a whole key stands in place of everything that was written below it. */
    private void replace(SettingKey<?> key, String text, String source) {
        values.keySet().removeIf(name -> name.startsWith(key.name() + "."));
        add(key.name(), new RawValue.Scalar(text), source);
    }

    /** Whether anybody wrote a value for the key. */
    boolean has(SettingKey<?> key) {
        return find(key).isPresent();
    }

    /** What holds for the key; a value that cannot be read is reported and the default given. */
    <T> T get(SettingKey<T> key) {
        Optional<Written> written = find(key);
        if (written.isEmpty()) {
            return key.fallbackValue();
        }
        try {
            return key.read(written.get().value());
        } catch (IllegalArgumentException e) {
            faults.add(key.name() + ": " + e.getMessage() + from(written.get().source()));
            return key.fallbackValue();
        }
    }

    private Optional<Written> find(SettingKey<?> key) {
        used.add(key.name());
        if (!key.kind().mapping()) {
            return Optional.ofNullable(values.get(key.name()));
        }
        String prefix = key.name() + ".";
        TreeMap<String, String> entries = new TreeMap<>();
        List<String> from = new ArrayList<>();
        values.forEach((name, written) -> {
            if (name.startsWith(prefix)
                    && written.value() instanceof RawValue.Scalar(String text)) {
                used.add(name);
                entries.put(name.substring(prefix.length()), text);
                from.add(written.source());
            }
        });
        if (entries.isEmpty()) {
            return Optional.ofNullable(values.get(key.name()));
        }
        return Optional.of(new Written(new RawValue.Mapping(entries), from.getLast()));
    }

    /** Reports what was written and belongs to no key. */
    void reportUnused() {
        List<String> known = SettingKeys.ALL.stream().map(SettingKey::name).toList();
        values.forEach((name, written) -> {
            if (!used.contains(name)) {
                faults.add(
                        name
                                + ": no such setting"
                                + Suggestion.text(name, known)
                                + from(written.source()));
            }
        });
        sections.forEach((name, source) -> {
            String below = name + ".";
            boolean begins = known.stream().anyMatch(key -> (key + ".").startsWith(below));
            if (!begins && values.keySet().stream().noneMatch(v -> v.startsWith(below))) {
                faults.add(name + ": no such section" + from(source));
            }
        });
    }

    private static String sectionOf(String name) {
        return SettingKeys.VARIABLE_PREFIX
                + name.substring(0, name.indexOf('.')).toUpperCase(Locale.ROOT)
                + "_";
    }

    private static String from(String source) {
        return " (" + source + ")";
    }
}
