package dev.orrery.config;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** A value as it stands in a file, a variable or a flag, before its key says what it means. */
sealed interface RawValue {

    /** One text, number or truth value. */
    record Scalar(String text) implements RawValue {}

    /** A list of texts. */
    record Sequence(List<String> items) implements RawValue {
        /** Copies the list. */
        public Sequence {
            items = List.copyOf(items);
        }
    }

    /** Texts by name. */
    record Mapping(SortedMap<String, String> entries) implements RawValue {
        /** Copies the map. */
        public Mapping {
            entries = Collections.unmodifiableSortedMap(new TreeMap<>(entries));
        }
    }
}
