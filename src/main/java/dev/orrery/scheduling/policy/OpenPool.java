package dev.orrery.scheduling.policy;

import dev.orrery.model.WorkerId;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/** A pool that offers every open worker, ordered by name. */
public final class OpenPool implements WorkerPool {

    private final TreeMap<WorkerId, Candidate> workers = new TreeMap<>();
    private final TreeMap<WorkerId, Candidate> withFreeSlot = new TreeMap<>();
    private final TreeSet<Candidate> byAdvance = new TreeSet<>(BY_ADVANCE);

    /** Made by the loader of components. */
    public OpenPool() {}

    @Override
    public void put(Candidate candidate) {
        Candidate before = workers.put(candidate.worker(), candidate);
        if (before != null) {
            byAdvance.remove(before);
        }
        byAdvance.add(candidate);
        if (candidate.hasFreeSlot()) {
            withFreeSlot.put(candidate.worker(), candidate);
        } else {
            withFreeSlot.remove(candidate.worker());
        }
    }

    @Override
    public void remove(WorkerId worker) {
        Candidate before = workers.remove(worker);
        if (before != null) {
            byAdvance.remove(before);
            withFreeSlot.remove(worker);
        }
    }

    @Override
    public List<Candidate> withRoom(Demand demand) {
        List<Candidate> found = new ArrayList<>();
        for (Candidate candidate : withFreeSlot.values()) {
            if (candidate.hasRoom(demand)) {
                found.add(candidate);
            }
        }
        return found;
    }

    @Override
    public List<Candidate> all() {
        return List.copyOf(workers.values());
    }

    @Override
    public Iterable<Candidate> byAdvance() {
        return byAdvance;
    }

    @Override
    public boolean offersWhoeverHasRoom() {
        return true;
    }
}
