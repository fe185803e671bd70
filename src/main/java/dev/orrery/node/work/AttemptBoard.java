package dev.orrery.node.work;

import dev.orrery.model.AttemptId;
import dev.orrery.model.Resources;
import dev.orrery.protocol.WorkerCommand.Assignment;
import dev.orrery.protocol.WorkerOffer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The attempts that a worker holds: those that wait in the order they came, those that run, and
 * those that ended and are not acknowledged. Keeps within slots and resources.
 */
public final class AttemptBoard {

    private final WorkerOffer offer;
    private final LinkedHashMap<AttemptId, Assignment> waiting = new LinkedHashMap<>();
    private final Map<AttemptId, Assignment> running = new LinkedHashMap<>();
    private final Map<AttemptId, Assignment> ended = new LinkedHashMap<>();
    private Resources used = Resources.NONE;

    public AttemptBoard(WorkerOffer offer) {
        this.offer = offer;
    }

    /** Takes an attempt in, unless it is held already. */
    public void add(Assignment assignment) {
        if (!holds(assignment.attempt())) {
            waiting.put(assignment.attempt(), assignment);
        }
    }

    /** The next attempt that fits beside those that run, which then runs. */
    public Optional<Assignment> startNext() {
        Map.Entry<AttemptId, Assignment> first = waiting.firstEntry();
        if (first == null || running.size() >= offer.slots()) {
            return Optional.empty();
        }
        Resources sum = used.plus(first.getValue().spec().resources());
        if (!sum.fitsIn(offer.capacity())) {
            return Optional.empty();
        }
        waiting.pollFirstEntry();
        used = sum;
        running.put(first.getKey(), first.getValue());
        return Optional.of(first.getValue());
    }

    /** Gives back an attempt that has not started; false when it has, or is not held. */
    public boolean withdraw(AttemptId attempt) {
        Assignment assignment = waiting.remove(attempt);
        if (assignment == null) {
            return false;
        }
        ended.put(attempt, assignment);
        return true;
    }

    /** A running attempt is over; it is held until it is acknowledged. */
    public void ended(AttemptId attempt) {
        Assignment assignment = running.remove(attempt);
        if (assignment != null) {
            used = used.minus(assignment.spec().resources());
            ended.put(attempt, assignment);
        }
    }

    /** The leader knows that the attempt is over. */
    public void acknowledged(AttemptId attempt) {
        ended.remove(attempt);
    }

    public boolean holds(AttemptId attempt) {
        return waiting.containsKey(attempt)
                || running.containsKey(attempt)
                || ended.containsKey(attempt);
    }

    /** Everything it holds. */
    public List<AttemptId> live() {
        List<AttemptId> all = new ArrayList<>(waiting.keySet());
        all.addAll(running.keySet());
        all.addAll(ended.keySet());
        return all;
    }

    public List<AttemptId> waiting() {
        return List.copyOf(waiting.keySet());
    }

    public List<AttemptId> running() {
        return List.copyOf(running.keySet());
    }

    public boolean isIdle() {
        return waiting.isEmpty() && running.isEmpty();
    }

    public boolean isEmpty() {
        return isIdle() && ended.isEmpty();
    }
}
