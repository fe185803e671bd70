package dev.orrery.config;

import java.time.Duration;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How namespaces, labels and large tasks share the cluster.
 *
 * @param weights of namespaces
 * @param namespaceMax tasks of one namespace at once; 0 means any number
 * @param namespaceMaxima the same for single namespaces
 * @param labelMaxima the same for jobs with a label, as name=value
 * @param reservationAfter how long a large task is passed over
 */
public record Sharing(
        SortedMap<String, Long> weights,
        long namespaceMax,
        SortedMap<String, Long> namespaceMaxima,
        SortedMap<String, Long> labelMaxima,
        Duration reservationAfter) {

    /** Copies the maps. */
    public Sharing {
        weights = Collections.unmodifiableSortedMap(new TreeMap<>(weights));
        namespaceMaxima = Collections.unmodifiableSortedMap(new TreeMap<>(namespaceMaxima));
        labelMaxima = Collections.unmodifiableSortedMap(new TreeMap<>(labelMaxima));
    }
}
