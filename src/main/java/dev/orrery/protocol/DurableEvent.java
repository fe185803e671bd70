package dev.orrery.protocol;

import dev.orrery.model.JobId;
import dev.orrery.model.WorkerId;
import dev.orrery.model.schedule.ScheduleChange;
import dev.orrery.model.schedule.ScheduleId;

import java.time.Instant;
import java.util.List;

/** A fact that the store keeps before anybody hears of it. */
public sealed interface DurableEvent
        permits JobEvent,
                DurableEvent.WorkerDrainSet,
                DurableEvent.JobsPurged,
                DurableEvent.ScheduleChanged {

    /** A worker takes no new work, or takes it again; holds across restarts of everything. */
    record WorkerDrainSet(WorkerId worker, boolean draining) implements DurableEvent {}

    /** Ended jobs whose record, logs and files are removed. */
    record JobsPurged(List<JobId> jobs) implements DurableEvent {
        /** Copies the list. */
        public JobsPurged {
            jobs = List.copyOf(jobs);
        }
    }

    /**
     * Something happened to a schedule.
     *
     * @param at the wall clock of the leader that decided it
     */
    record ScheduleChanged(ScheduleId schedule, Instant at, ScheduleChange change)
            implements DurableEvent {}
}
