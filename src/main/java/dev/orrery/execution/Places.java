package dev.orrery.execution;

import java.util.ArrayDeque;
import java.util.Optional;

/** The places in which attempts run, and the attempts that wait to follow in any of them. */
final class Places {

    private final ArrayDeque<RunningAttempt> followers = new ArrayDeque<>();
    private int taken;

    /** An attempt takes a place of its own. */
    synchronized void add() {
        taken++;
    }

    /** A place is given up without a successor. */
    synchronized void remove() {
        taken--;
    }

    /** Takes a follower in; false when no attempt runs whose place it could take. */
    synchronized boolean queue(RunningAttempt follower) {
        return taken > 0 && followers.add(follower);
    }

    private synchronized Optional<RunningAttempt> hand() {
        for (RunningAttempt next = followers.poll(); next != null; next = followers.poll()) {
            if (next.begin()) {
                return Optional.of(next);
            }
        }
        taken--;
        return Optional.empty();
    }

    /** Who follows one attempt. */
    Succession succession() {
        return new Succession();
    }

    /** Who follows an attempt: found out at the first question, and then the same. */
    final class Succession {

        private Optional<Optional<RunningAttempt>> answer = Optional.empty();

        private Succession() {}

        Optional<RunningAttempt> next() {
            Optional<RunningAttempt> next = answer.orElseGet(Places.this::hand);
            answer = Optional.of(next);
            return next;
        }
    }
}
