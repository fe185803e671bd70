package dev.orrery.scheduling;

import dev.orrery.model.AttemptId;
import dev.orrery.model.JobId;
import dev.orrery.model.Resources;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.WorkerOffer;
import dev.orrery.scheduling.policy.Candidate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One incarnation of a worker and the attempts it holds.
 *
 * <p>An attempt holds resources, or it was given in advance and holds none until the attempts
 * before it have ended; the worker starts them in the same order by the same rule.
 */
final class WorkerRecord {

    final WorkerId id;
    final long incarnation;
    private final LinkedHashMap<AttemptId, Held> attempts = new LinkedHashMap<>();
    private Optional<WorkerOffer> offer = Optional.empty();
    private Resources used = Resources.NONE;
    private int running;
    private long session;
    private long leaseEnd;
    private boolean drainingItself;
    private long lastUsed;
    private long heardAt;

    /** An attempt on this worker. */
    private record Held(Resources resources, boolean inAdvance, boolean recalled) {}

    /** A worker that the store names and that has not said hello to this leader. */
    WorkerRecord(WorkerId id, long incarnation, long leaseEnd) {
        this.id = id;
        this.incarnation = incarnation;
        this.leaseEnd = leaseEnd;
    }

    void joined(long newSession, WorkerOffer newOffer, long newLeaseEnd, long now) {
        heardAt = now;
        session = newSession;
        offer = Optional.of(newOffer);
        leaseEnd = newLeaseEnd;
        promote();
    }

    void renewed(long newLeaseEnd, boolean newDrainingItself, long now) {
        heardAt = now;
        leaseEnd = newLeaseEnd;
        drainingItself = newDrainingItself;
    }

    void add(AttemptId attempt, Resources resources, long useNumber) {
        lastUsed = useNumber;
        boolean room = offer.isEmpty() || (inAdvance() == 0 && hasRoom(resources));
        attempts.put(attempt, new Held(resources, !room, false));
        if (room) {
            hold(resources);
        }
    }

    void remove(AttemptId attempt) {
        Held held = attempts.remove(attempt);
        if (held != null && !held.inAdvance()) {
            used = used.minus(held.resources());
            running--;
            promote();
        }
    }

    void recalled(List<AttemptId> recalled) {
        for (AttemptId attempt : recalled) {
            attempts.computeIfPresent(
                    attempt, (id, held) -> new Held(held.resources(), held.inAdvance(), true));
        }
    }

    private void promote() {
        if (running == attempts.size()) {
            return;
        }
        for (Map.Entry<AttemptId, Held> entry : attempts.entrySet()) {
            Held held = entry.getValue();
            if (held.inAdvance()) {
                if (!hasRoom(held.resources())) {
                    return;
                }
                entry.setValue(new Held(held.resources(), false, held.recalled()));
                hold(held.resources());
            }
        }
    }

    private void hold(Resources resources) {
        used = used.plus(resources);
        running++;
    }

    private boolean hasRoom(Resources resources) {
        return offer.isPresent()
                && running < offer.get().slots()
                && used.plus(resources).fitsIn(offer.get().capacity());
    }

    boolean holds(AttemptId attempt) {
        return attempts.containsKey(attempt);
    }

    boolean isRecalled(AttemptId attempt) {
        Held held = attempts.get(attempt);
        return held != null && held.recalled();
    }

    /** Everything it holds, in the order in which it was given. */
    List<AttemptId> attempts() {
        return List.copyOf(attempts.keySet());
    }

    /** What it holds of one job, in the same order. */
    List<AttemptId> attemptsOf(JobId job) {
        return attempts.keySet().stream().filter(attempt -> attempt.job().equals(job)).toList();
    }

    /** What was given in advance and not asked back, the latest first. */
    List<AttemptId> recallable() {
        List<AttemptId> found = new ArrayList<>();
        attempts.forEach((attempt, held) -> {
            if (held.inAdvance() && !held.recalled()) {
                found.addFirst(attempt);
            }
        });
        return found;
    }

    /** The attempt that was given last, if it was given in advance. */
    Optional<AttemptId> latestInAdvance() {
        return Optional.ofNullable(attempts.lastEntry())
                .filter(entry -> entry.getValue().inAdvance())
                .map(Map.Entry::getKey);
    }

    /** The same, unless it was asked back already. */
    Optional<AttemptId> latestRecallable() {
        return latestInAdvance().filter(attempt -> !isRecalled(attempt));
    }

    int inAdvance() {
        return attempts.size() - running;
    }

    int holding() {
        return running;
    }

    long session() {
        return session;
    }

    long leaseEnd() {
        return leaseEnd;
    }

    /** When it was last heard of, on the monotonic clock. */
    long heardAt() {
        return heardAt;
    }

    boolean drainingItself() {
        return drainingItself;
    }

    Optional<WorkerOffer> offer() {
        return offer;
    }

    /** What is not held; nothing before the first hello, and never less than nothing. */
    Resources free() {
        return offer.filter(it -> used.fitsIn(it.capacity()))
                .map(it -> it.capacity().minus(used))
                .orElse(Resources.NONE);
    }

    /** How placement sees it; empty before the first hello. */
    Optional<Candidate> candidate(boolean drained) {
        return offer.map(it ->
                new Candidate(
                        id,
                        it,
                        !drained && !drainingItself,
                        free(),
                        inAdvance() == 0 ? Math.max(0, it.slots() - running) : 0,
                        inAdvance(),
                        lastUsed));
    }

    /**
     * Workers that left, each with its last session: one that was is never opened again, for a copy
     * of its hello may come late, and what was sent in it counts as sent.
     */
    static final class Departures {

        /** Far above what leaves while a message may be under way. */
        private static final int COUNT_MAX = 10_000;

        private final Map<WorkerId, Departure> byWorker = new LinkedHashMap<>();

        /** The last that was heard of a worker. */
        record Departure(long incarnation, long session) {}

        void add(WorkerRecord record) {
            byWorker.remove(record.id);
            byWorker.put(record.id, new Departure(record.incarnation, record.session()));
            if (byWorker.size() > COUNT_MAX) {
                byWorker.remove(byWorker.keySet().iterator().next());
            }
        }

        Optional<Departure> of(WorkerId worker) {
            return Optional.ofNullable(byWorker.get(worker));
        }
    }
}
