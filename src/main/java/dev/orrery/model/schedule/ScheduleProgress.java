package dev.orrery.model.schedule;

import dev.orrery.model.JobId;

import java.time.Instant;
import java.util.Optional;

/**
 * How far a schedule is.
 *
 * @param decidedTo up to here, and with it, every moment has fired or was left out; never goes back
 * @param fired how many moments fired
 * @param triggered how many jobs were submitted by hand
 * @param skipped how many moments were left out
 * @param lastFire the latest moment that fired
 * @param lastJob the latest job, by its time or by hand
 * @param lastSkip the latest moments that were left out
 */
public record ScheduleProgress(
        boolean paused,
        Instant decidedTo,
        long fired,
        long triggered,
        long skipped,
        Optional<Fire> lastFire,
        Optional<JobId> lastJob,
        Optional<Skip> lastSkip) {

    /**
     * A moment and its job.
     *
     * @param at when it was decided, by the leader's clock
     */
    public record Fire(Instant scheduledFor, Instant at, JobId job) {}

    /** Moments that were left out, the last of them, and why. */
    public record Skip(Instant through, String reason) {}

    /** Of a schedule that was created now. */
    public static ScheduleProgress begun(Instant at) {
        return new ScheduleProgress(
                false, at, 0, 0, 0, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** After a change. The store and the scheduler both go by this. */
    public ScheduleProgress after(ScheduleChange change, Instant at) {
        return switch (change) {
            case ScheduleChange.Created it -> this;
            case ScheduleChange.Deleted it -> this;
            case ScheduleChange.Paused it -> with(true, decidedTo);
            case ScheduleChange.Resumed it -> with(false, later(at));
            case ScheduleChange.Fired it ->
                    new ScheduleProgress(
                            paused,
                            later(it.scheduledFor()),
                            fired + 1,
                            triggered,
                            skipped,
                            Optional.of(new Fire(it.scheduledFor(), at, it.job())),
                            Optional.of(it.job()),
                            lastSkip);
            case ScheduleChange.Triggered it ->
                    new ScheduleProgress(
                            paused,
                            decidedTo,
                            fired,
                            triggered + 1,
                            skipped,
                            lastFire,
                            Optional.of(it.job()),
                            lastSkip);
            case ScheduleChange.Skipped it ->
                    new ScheduleProgress(
                            paused,
                            later(it.through()),
                            fired,
                            triggered,
                            skipped + it.count(),
                            lastFire,
                            lastJob,
                            Optional.of(new Skip(it.through(), it.reason())));
        };
    }

    private Instant later(Instant at) {
        return at.isAfter(decidedTo) ? at : decidedTo;
    }

    private ScheduleProgress with(boolean nowPaused, Instant nowDecidedTo) {
        return new ScheduleProgress(
                nowPaused, nowDecidedTo, fired, triggered, skipped, lastFire, lastJob, lastSkip);
    }
}
