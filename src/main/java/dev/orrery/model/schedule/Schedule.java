package dev.orrery.model.schedule;

import java.time.Instant;
import java.util.Optional;

/** A schedule: what it was asked to do, and how far it is. */
public record Schedule(
        ScheduleId id, Instant createdAt, ScheduleSpec spec, ScheduleProgress progress) {

    /** As it begins. */
    public static Schedule created(ScheduleId id, Instant at, ScheduleSpec spec) {
        return new Schedule(id, at, spec, ScheduleProgress.begun(at));
    }

    /** After a change. */
    public Schedule after(ScheduleChange change, Instant at) {
        return new Schedule(id, createdAt, spec, progress.after(change, at));
    }

    /** The next moment that is decided; empty while it is paused, and when there is none. */
    public Optional<Instant> next() {
        return progress.paused() ? Optional.empty() : spec.next(progress.decidedTo());
    }
}
