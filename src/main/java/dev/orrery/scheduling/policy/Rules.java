package dev.orrery.scheduling.policy;

import dev.orrery.model.Namespace;
import dev.orrery.model.Resources;

import java.time.Duration;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The numbers that a scheduler goes by.
 *
 * @param lease without a heartbeat for so long a worker is taken for lost
 * @param queueMax tasks that may be live before submissions are refused
 * @param taskMax the most one task may ask for
 * @param prefetchBelow mean run time under which workers hold attempts in advance
 * @param prefetchMax attempts in advance on one worker, at the most
 * @param idempotencyTtl how long an idempotency key is remembered
 * @param sharing between namespaces, and within bounds
 */
public record Rules(
        Duration lease,
        long queueMax,
        Resources taskMax,
        Duration prefetchBelow,
        int prefetchMax,
        Duration idempotencyTtl,
        Sharing sharing) {

    /**
     * How namespaces, labels and large tasks share the cluster.
     *
     * @param weights of namespaces; 1 where none is named
     * @param namespaceMax tasks that one namespace may have with workers; 0 for any number
     * @param namespaceMaxima the same for single namespaces
     * @param labelMaxima the same for all jobs with a label, as {@code name=value}
     * @param reservationAfter how long the first of the queue is passed over before a worker is
     *     kept free for it
     */
    public record Sharing(
            SortedMap<String, Long> weights,
            long namespaceMax,
            SortedMap<String, Long> namespaceMaxima,
            SortedMap<String, Long> labelMaxima,
            Duration reservationAfter) {

        /** Equal weights, no bounds, ten seconds. */
        public static final Sharing STANDARD =
                new Sharing(
                        Collections.emptySortedMap(),
                        0,
                        Collections.emptySortedMap(),
                        Collections.emptySortedMap(),
                        Duration.ofSeconds(10));

        /** Copies the maps. */
        public Sharing {
            weights = Collections.unmodifiableSortedMap(new TreeMap<>(weights));
            namespaceMaxima = Collections.unmodifiableSortedMap(new TreeMap<>(namespaceMaxima));
            labelMaxima = Collections.unmodifiableSortedMap(new TreeMap<>(labelMaxima));
        }

        /** The weight of a namespace. */
        public long weight(Namespace namespace) {
            return weights.getOrDefault(namespace.name(), 1L);
        }

        /** How many tasks of a namespace workers may have; any number when 0. */
        public long maxOf(Namespace namespace) {
            return namespaceMaxima.getOrDefault(namespace.name(), namespaceMax);
        }
    }
}
