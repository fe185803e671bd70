package dev.orrery.model;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What was asked for, whole and immutable.
 *
 * @param owner the name of the token that submitted it
 * @param outputs globs of files to keep, relative to the workspace
 * @param size how many tasks the job has, numbered from 0
 * @param timeout the longest wall time of one attempt
 * @param retention how long the record, the logs and the files stay after the end
 * @param maxParallel how many of its tasks workers may have at once; any number when 0
 * @param exclusive each of its tasks wants a worker for itself
 */
public record JobSpec(
        Namespace namespace,
        String owner,
        String name,
        SortedMap<String, String> labels,
        Work work,
        SortedMap<String, String> environment,
        Bytes stdin,
        List<StoredFile> inputs,
        List<String> outputs,
        int size,
        Resources resources,
        int priority,
        Optional<Instant> deadline,
        Optional<Instant> notBefore,
        Optional<Duration> timeout,
        RetryRule retry,
        Duration retention,
        List<Constraint> constraints,
        int maxParallel,
        boolean exclusive) {

    /** Copies the collections. */
    public JobSpec {
        labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
        environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        constraints = List.copyOf(constraints);
        if (size < 1) {
            throw new IllegalArgumentException("a job has at least one task");
        }
        if (maxParallel < 0) {
            throw new IllegalArgumentException("a bound is not negative: " + maxParallel);
        }
    }

    /**
     * How often a task may run again.
     *
     * @param retries how many of the task's own failures are forgiven
     * @param restarts how many lost workers and infrastructure faults are forgiven
     * @param backoff the pause after the first failure
     * @param backoffMax the longest pause; it doubles with each failure up to this
     */
    public record RetryRule(int retries, int restarts, Duration backoff, Duration backoffMax) {

        /** No retry of a failure, three restarts, one second to one minute of pause. */
        public static final RetryRule DEFAULT =
                new RetryRule(0, 3, Duration.ofSeconds(1), Duration.ofMinutes(1));
    }

    /**
     * A condition on the labels of a worker: the label has one of the values, or has none of them.
     */
    public record Constraint(String label, boolean matches, List<String> values) {

        /** Copies the list. */
        public Constraint {
            values = List.copyOf(values);
        }

        /** Whether a worker with these labels may run the task. */
        public boolean allows(Map<String, String> workerLabels) {
            String value = workerLabels.get(label);
            return (value != null && values.contains(value)) == matches;
        }
    }
}
