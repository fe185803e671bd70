package dev.orrery.protocol;

import dev.orrery.model.Resources;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a worker brings to the cluster.
 *
 * @param slots the most attempts that may run at once
 * @param host the name of its machine, for people
 * @param version of the program it runs
 */
public record WorkerOffer(
        Resources capacity,
        int slots,
        SortedMap<String, String> labels,
        String host,
        String version) {

    /** Copies the map. */
    public WorkerOffer {
        labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    }
}
