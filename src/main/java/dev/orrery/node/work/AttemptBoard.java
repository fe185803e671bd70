package dev.orrery.node.work;

import dev.orrery.model.AttemptId;
import dev.orrery.model.JobSpec;
import dev.orrery.model.Resources;
import dev.orrery.protocol.WorkerCommand.Assignment;
import dev.orrery.protocol.WorkerOffer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The attempts that a worker holds: those that wait in the order they came, those that follow in
 * the place of one that runs, those that run, and those that ended and are not acknowledged. Keeps
 * within slots and resources.
 */
public final class AttemptBoard {

    /** For each that runs: enough for tasks of less than a millisecond between two looks. */
    private static final int FOLLOWERS_MAX = 16;

    private final WorkerOffer offer;
    private final LinkedHashMap<AttemptId, Assignment> waiting = new LinkedHashMap<>();
    private final LinkedHashMap<AttemptId, Assignment> followers = new LinkedHashMap<>();
    private final Map<AttemptId, Assignment> running = new LinkedHashMap<>();
    private final Map<AttemptId, Assignment> ended = new LinkedHashMap<>();
    private Resources used = Resources.NONE;
    private long usedSlotMillis;

    public AttemptBoard(WorkerOffer offer) {
        this.offer = offer;
    }

    /** Takes an attempt in, unless it is held already. */
    public void add(Assignment assignment) {
        if (!holds(assignment.attempt())) {
            waiting.put(assignment.attempt(), assignment);
        }
    }

    /** Whether a slot is free, or a part of one, and nothing runs that wants to be alone. */
    public boolean hasPlace() {
        return usedSlotMillis < offer.slots() * 1000L && !runsExclusive();
    }

    private boolean runsExclusive() {
        return running.size() == 1 && running.values().iterator().next().spec().exclusive();
    }

    /** The next attempt that fits beside those that run, which then runs. */
    public Optional<Assignment> startNext() {
        Map.Entry<AttemptId, Assignment> first = waiting.firstEntry();
        if (first == null || !hasPlace()) {
            return Optional.empty();
        }
        JobSpec spec = first.getValue().spec();
        Resources sum = used.plus(spec.resources());
        long slotMillis = usedSlotMillis + spec.resources().slotMillis();
        boolean fits = sum.fitsIn(offer.capacity()) && slotMillis <= offer.slots() * 1000L;
        if (!fits || (spec.exclusive() && !running.isEmpty())) {
            return Optional.empty();
        }
        waiting.pollFirstEntry();
        used = sum;
        usedSlotMillis = slotMillis;
        running.put(first.getKey(), first.getValue());
        return Optional.of(first.getValue());
    }

    /**
     * The next attempt if it can follow any that runs: all of these want what it wants, so that it
     * fits into the place of whichever ends first.
     */
    public Optional<Assignment> nextToFollow() {
        Map.Entry<AttemptId, Assignment> first = waiting.firstEntry();
        if (first == null || followers.size() >= FOLLOWERS_MAX * running.size()) {
            return Optional.empty();
        }
        Resources wanted = first.getValue().spec().resources();
        boolean alike =
                !first.getValue().spec().exclusive()
                        && running.values().stream()
                                .allMatch(it ->
                                        it.spec().resources().equals(wanted)
                                                && !it.spec().exclusive());
        return alike ? Optional.of(first.getValue()) : Optional.empty();
    }

    /** The next attempt follows from now on. */
    public void followsNow() {
        Map.Entry<AttemptId, Assignment> first = waiting.pollFirstEntry();
        if (first != null) {
            followers.put(first.getKey(), first.getValue());
        }
    }

    /** Whether it follows, as far as it is known. */
    public boolean follows(AttemptId attempt) {
        return followers.containsKey(attempt);
    }

    /** The follower that comes first. */
    public Optional<AttemptId> firstFollower() {
        return Optional.ofNullable(followers.firstEntry()).map(Map.Entry::getKey);
    }

    /** A follower was taken back: it waits again, before the others. */
    public void followsNoMore(AttemptId attempt) {
        Assignment assignment = followers.remove(attempt);
        if (assignment != null) {
            waiting.putFirst(attempt, assignment);
        }
    }

    /** Gives back an attempt that waits; false when it does not. */
    public boolean withdraw(AttemptId attempt) {
        Assignment assignment = waiting.remove(attempt);
        if (assignment == null) {
            return false;
        }
        ended.put(attempt, assignment);
        return true;
    }

    /** A running attempt is over, and a follower took its place; it is held until acknowledged. */
    public void ended(AttemptId attempt, Optional<AttemptId> follower) {
        Assignment assignment = running.remove(attempt);
        if (assignment != null) {
            used = used.minus(assignment.spec().resources());
            usedSlotMillis -= assignment.spec().resources().slotMillis();
            ended.put(attempt, assignment);
        }
        follower.ifPresent(next -> {
            Assignment started = followers.remove(next);
            if (started != null) {
                used = used.plus(started.spec().resources());
                usedSlotMillis += started.spec().resources().slotMillis();
                running.put(next, started);
            }
        });
    }

    /** The leader knows that the attempt is over. */
    public void acknowledged(AttemptId attempt) {
        ended.remove(attempt);
    }

    public boolean holds(AttemptId attempt) {
        return waiting.containsKey(attempt)
                || followers.containsKey(attempt)
                || running.containsKey(attempt)
                || ended.containsKey(attempt);
    }

    /** Everything it holds. */
    public List<AttemptId> live() {
        List<AttemptId> all = new ArrayList<>(waiting.keySet());
        all.addAll(followers.keySet());
        all.addAll(running.keySet());
        all.addAll(ended.keySet());
        return all;
    }

    /** What has not started, as far as it is known. */
    public List<AttemptId> waiting() {
        List<AttemptId> all = new ArrayList<>(followers.keySet());
        all.addAll(waiting.keySet());
        return all;
    }

    /** Whether there is more than what runs. */
    public boolean hasMore() {
        return !waiting.isEmpty() || !followers.isEmpty();
    }

    public List<AttemptId> running() {
        return List.copyOf(running.keySet());
    }

    public boolean isIdle() {
        return !hasMore() && running.isEmpty();
    }

    public boolean isEmpty() {
        return isIdle() && ended.isEmpty();
    }
}
