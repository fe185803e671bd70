package dev.orrery.scheduling;

import dev.orrery.model.AttemptId;
import dev.orrery.model.JobId;
import dev.orrery.model.Resources;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.WorkerOffer;
import dev.orrery.scheduling.policy.Candidate;
import dev.orrery.scheduling.policy.Demand;
import dev.orrery.scheduling.share.Charge;

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
    private long usedSlotMillis;
    private int running;
    private int exclusive;
    private int countedInAdvance;
    private long session;
    private long leaseEnd;
    private boolean drainingItself;
    private long lastUsed;
    private long heardAt;

    /** An attempt on this worker. */
    private record Held(Demand demand, Charge charge, boolean inAdvance, boolean recalled) {}

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

    /** Takes an attempt in, and tells what it counts for. */
    Charge add(AttemptId attempt, Demand demand, long useNumber) {
        lastUsed = useNumber;
        boolean room = offer.isEmpty() || (inAdvance() == 0 && hasRoom(demand));
        Charge charge = charge(demand);
        attempts.put(attempt, new Held(demand, charge, !room, false));
        exclusive += demand.exclusive() ? 1 : 0;
        if (room) {
            hold(demand);
        }
        return charge;
    }

    /** Beside what wants the worker for itself nobody has anything of it. */
    private Charge charge(Demand demand) {
        return demand.exclusive() && offer.isPresent()
                ? new Charge(offer.get().slots() * 1000L, offer.get().capacity())
                : Charge.of(demand.resources());
    }

    /** Takes an attempt out, and tells what it counted for; empty when it is not there. */
    Optional<Charge> remove(AttemptId attempt) {
        Held held = attempts.remove(attempt);
        if (held == null) {
            return Optional.empty();
        }
        exclusive -= held.demand().exclusive() ? 1 : 0;
        if (!held.inAdvance()) {
            used = used.minus(held.demand().resources());
            usedSlotMillis -= held.demand().resources().slotMillis();
            running--;
            promote();
        }
        return Optional.of(held.charge());
    }

    /** Those that want the worker for themselves. */
    List<AttemptId> exclusives() {
        return exclusive == 0
                ? List.of()
                : attempts.keySet().stream().filter(it -> held(it).demand().exclusive()).toList();
    }

    Charge chargeOf(AttemptId attempt) {
        return held(attempt).charge();
    }

    /** What an attempt counts for by the latest offer. */
    Charge recharge(AttemptId attempt) {
        Held held = held(attempt);
        Charge charge = charge(held.demand());
        attempts.put(attempt, new Held(held.demand(), charge, held.inAdvance(), held.recalled()));
        return charge;
    }

    private Held held(AttemptId attempt) {
        Held held = attempts.get(attempt);
        if (held == null) {
            throw new IllegalArgumentException(id + " does not hold " + attempt);
        }
        return held;
    }

    void recalled(List<AttemptId> recalled) {
        for (AttemptId attempt : recalled) {
            attempts.computeIfPresent(
                    attempt,
                    (id, held) -> new Held(held.demand(), held.charge(), held.inAdvance(), true));
        }
    }

    private void promote() {
        if (running == attempts.size()) {
            return;
        }
        for (Map.Entry<AttemptId, Held> entry : attempts.entrySet()) {
            Held held = entry.getValue();
            if (held.inAdvance()) {
                if (!hasRoom(held.demand())) {
                    return;
                }
                entry.setValue(new Held(held.demand(), held.charge(), false, held.recalled()));
                hold(held.demand());
            }
        }
    }

    private void hold(Demand demand) {
        used = used.plus(demand.resources());
        usedSlotMillis += demand.resources().slotMillis();
        running++;
    }

    /** Whether it would start beside what runs: alone, if one of them wants to be. */
    private boolean hasRoom(Demand demand) {
        boolean alone = running == 0 || (!demand.exclusive() && !runsExclusive());
        return offer.isPresent()
                && alone
                && usedSlotMillis + demand.resources().slotMillis() <= slotMillis(offer.get())
                && used.plus(demand.resources()).fitsIn(offer.get().capacity());
    }

    private boolean runsExclusive() {
        return exclusive > 0
                && attempts.values().stream()
                        .anyMatch(it -> it.demand().exclusive() && !it.inAdvance());
    }

    private static long slotMillis(WorkerOffer offer) {
        return offer.slots() * 1000L;
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

    /** Whether an answer to a recall is awaited. */
    boolean isAskedBack() {
        return attempts.values().stream().anyMatch(it -> it.inAdvance() && it.recalled());
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

    /** How many more it has in advance than when this was asked before. */
    int moreInAdvance() {
        int more = inAdvance() - countedInAdvance;
        countedInAdvance = inAdvance();
        return more;
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

    /** Whether its lease runs on. */
    boolean isLeased(Moment now) {
        return leaseEnd - now.nanos() > 0;
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
                        inAdvance() == 0 && exclusive == 0
                                ? Math.max(0, slotMillis(it) - usedSlotMillis)
                                : 0,
                        attempts.size(),
                        inAdvance(),
                        exclusive > 0,
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
