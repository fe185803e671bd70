package dev.orrery.model.schedule;

import dev.orrery.model.JobId;

import java.time.Instant;

/** What happened to a schedule. */
public sealed interface ScheduleChange {

    /** It was accepted. */
    record Created(ScheduleSpec spec) implements ScheduleChange {}

    /** It does not fire until it is resumed. */
    record Paused(String by) implements ScheduleChange {}

    /** It fires again; what passed meanwhile is not made up for. */
    record Resumed(String by) implements ScheduleChange {}

    /** The job of a moment was submitted, in the same decision. */
    record Fired(Instant scheduledFor, JobId job) implements ScheduleChange {}

    /**
     * Moments were left out.
     *
     * @param through the last of them
     * @param count how many; those past a bound are not counted
     * @param reason a stable word, such as {@code missed} or {@code overlap}
     */
    record Skipped(Instant through, long count, String reason) implements ScheduleChange {}

    /** Somebody had a job submitted by hand, in the same decision. */
    record Triggered(JobId job, String by) implements ScheduleChange {}

    /** It is gone. */
    record Deleted(String by) implements ScheduleChange {}
}
