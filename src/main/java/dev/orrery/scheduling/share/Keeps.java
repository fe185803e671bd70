package dev.orrery.scheduling.share;

import dev.orrery.model.WorkerId;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/** The workers that are kept, by name. */
public final class Keeps {

    private final Map<WorkerId, Keep> byWorker = new TreeMap<>();

    Keeps() {}

    void put(Keep keep) {
        byWorker.put(keep.worker(), keep);
    }

    /** Forgets some, and tells whether there were any. */
    boolean free(Predicate<Keep> which) {
        return !byWorker.isEmpty() && byWorker.values().removeIf(which);
    }

    /** Whom the worker is kept for, if it is. */
    public Optional<Keep> of(WorkerId worker) {
        return byWorker.isEmpty() ? Optional.empty() : Optional.ofNullable(byWorker.get(worker));
    }

    public Collection<Keep> all() {
        return Collections.unmodifiableCollection(byWorker.values());
    }

    public boolean isEmpty() {
        return byWorker.isEmpty();
    }
}
