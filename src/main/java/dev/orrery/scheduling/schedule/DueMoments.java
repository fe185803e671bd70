package dev.orrery.scheduling.schedule;

import dev.orrery.model.schedule.Schedule;
import dev.orrery.model.schedule.ScheduleSpec;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The moments up to now that nobody has decided, and what the policy makes of them. */
final class DueMoments {

    /** A moment that is decided later than this was missed. */
    static final Duration GRACE = Duration.ofSeconds(5);

    /** So many missed moments are made up for, or counted. */
    static final int MISSED_MAX = 1_000;

    static final String MISSED = "missed";

    private final ScheduleSpec spec;
    private final Instant decidedTo;
    private final Instant missedBefore;
    private final Instant now;

    DueMoments(Schedule schedule, Instant now) {
        this.spec = schedule.spec();
        this.decidedTo = schedule.progress().decidedTo();
        this.missedBefore = now.minus(GRACE);
        this.now = now;
    }

    /** What is done about moments, in the order of time. */
    sealed interface Step {

        /** A moment fires. */
        record Fire(Instant moment) implements Step {}

        /** Moments are left out, this one as the last. */
        record Skip(Instant through, long count, String reason) implements Step {}
    }

    List<Step> steps() {
        List<Instant> missed = between(decidedTo, missedBefore.minusNanos(1), MISSED_MAX);
        Instant lastMissed = missed.isEmpty() ? decidedTo : lastBefore(missed);
        List<Instant> onTime = between(lastMissed, now, MISSED_MAX);
        List<Step> steps = new ArrayList<>();
        if (!missed.isEmpty()) {
            switch (spec.misfire()) {
                case SKIP -> steps.add(new Step.Skip(lastMissed, missed.size(), MISSED));
                case ONCE -> once(missed, lastMissed, onTime.isEmpty(), steps);
                case ALL -> all(missed, lastMissed, steps);
            }
        }
        onTime.forEach(moment -> steps.add(new Step.Fire(moment)));
        return steps;
    }

    /** The job of a moment that is on time makes up for those before it, too. */
    private static void once(
            List<Instant> missed, Instant lastMissed, boolean alone, List<Step> steps) {
        if (!alone) {
            steps.add(new Step.Skip(lastMissed, missed.size(), MISSED));
            return;
        }
        if (missed.size() > 1) {
            boolean all = missed.getLast().equals(lastMissed);
            Instant before = all ? missed.get(missed.size() - 2) : lastMissed.minusNanos(1);
            steps.add(new Step.Skip(before, missed.size() - 1, MISSED));
        }
        steps.add(new Step.Fire(lastMissed));
    }

    private void all(List<Instant> missed, Instant lastMissed, List<Step> steps) {
        missed.forEach(moment -> steps.add(new Step.Fire(moment)));
        List<Instant> rest = between(missed.getLast(), lastMissed, MISSED_MAX);
        if (!rest.isEmpty()) {
            steps.add(new Step.Skip(lastMissed, rest.size(), MISSED));
        }
    }

    private List<Instant> between(Instant after, Instant through, int max) {
        List<Instant> found = new ArrayList<>();
        Optional<Instant> next = spec.next(after).filter(at -> !at.isAfter(through));
        while (next.isPresent() && found.size() < max) {
            found.add(next.get());
            next = spec.next(next.get()).filter(at -> !at.isAfter(through));
        }
        return found;
    }

    /**
     * The last missed moment. There may be millions, so they are not walked: halving finds the last
     * second that has a missed moment after it.
     */
    private Instant lastBefore(List<Instant> missed) {
        if (missed.size() < MISSED_MAX) {
            return missed.getLast();
        }
        long low = missed.getLast().getEpochSecond() - 1;
        long high = missedBefore.getEpochSecond();
        while (high - low > 1) {
            long middle = low + (high - low) / 2;
            if (missedAfter(middle).isPresent()) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return missedAfter(low).orElseThrow();
    }

    private Optional<Instant> missedAfter(long second) {
        return spec.next(Instant.ofEpochSecond(second)).filter(at -> at.isBefore(missedBefore));
    }
}
