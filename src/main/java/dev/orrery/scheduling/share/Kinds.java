package dev.orrery.scheduling.share;

import dev.orrery.scheduling.policy.Candidate;
import dev.orrery.scheduling.policy.Demand;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The demands that wait, and which of them found no worker with room since a worker last had some:
 * those are not tried again.
 */
public final class Kinds {

    private final Map<Demand, Long> waiting = new LinkedHashMap<>();
    private final Set<Demand> full = new LinkedHashSet<>();

    Kinds() {}

    void add(Demand demand) {
        waiting.merge(demand, 1L, Long::sum);
    }

    void remove(Demand demand) {
        long left = waiting.merge(demand, -1L, Long::sum);
        if (left == 0) {
            waiting.remove(demand);
            full.remove(demand);
        }
    }

    /** Whether a demand waits that may find room. */
    public boolean anyOpen() {
        return waiting.size() > full.size();
    }

    /** Whether no worker has had room for it since it was asked for last. */
    public boolean isFull(Demand demand) {
        return full.contains(demand);
    }

    /** Remembers that no worker has room for it; a memo, which changes no decision. */
    public void isFullNow(Demand demand) {
        if (waiting.containsKey(demand)) {
            full.add(demand);
        }
    }

    /** A worker changed: what it has room for may find room. */
    void changed(Candidate candidate) {
        if (full.isEmpty() || !candidate.hasFreeSlot()) {
            return;
        }
        Iterator<Demand> all = full.iterator();
        while (all.hasNext()) {
            if (candidate.hasRoom(all.next())) {
                all.remove();
            }
        }
    }

    /** Anything may find room. */
    void reopen() {
        full.clear();
    }
}
