package dev.orrery.scheduling.policy;

import dev.orrery.model.WorkerId;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** A pool that offers every open worker, ordered by name. */
public final class OpenPool implements WorkerPool {

    private final TreeMap<WorkerId, Candidate> workers = new TreeMap<>();

    /** Made by the loader of components. */
    public OpenPool() {}

    @Override
    public void put(Candidate candidate) {
        workers.put(candidate.worker(), candidate);
    }

    @Override
    public void remove(WorkerId worker) {
        workers.remove(worker);
    }

    @Override
    public List<Candidate> withRoom(Demand demand) {
        List<Candidate> found = new ArrayList<>();
        for (Candidate candidate : workers.values()) {
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
}
