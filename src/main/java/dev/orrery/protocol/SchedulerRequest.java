package dev.orrery.protocol;

import dev.orrery.model.JobId;
import dev.orrery.model.JobSpec;
import dev.orrery.model.WorkerId;
import dev.orrery.model.schedule.ScheduleId;
import dev.orrery.model.schedule.ScheduleSpec;

import java.util.List;
import java.util.Optional;

/** What the API asks of the leader's scheduler; answered by a {@link SchedulerReply}. */
public sealed interface SchedulerRequest extends Message {

    /** Accept a job; answered by {@code Accepted} once it is durable. */
    record Submit(JobId job, JobSpec spec, Optional<IdempotencyKey> idempotencyKey)
            implements SchedulerRequest {}

    /**
     * Accept or refuse many jobs, each by itself, in this order; answered by {@code Verdicts} once
     * all are durable, or by {@code Refused} when none was looked at. Whoever sends it asks for
     * each by itself where the leader is of a version that does not know it.
     */
    record SubmitMany(List<Submit> submissions) implements SchedulerRequest {
        /** Copies the list. */
        public SubmitMany {
            submissions = List.copyOf(submissions);
        }
    }

    /** End a live job; answered by {@code Done}, or by CONFLICT when it is not live. */
    record Cancel(JobId job, String by) implements SchedulerRequest {}

    /**
     * Run an ended job again.
     *
     * @param history all durable events of the job, read from the store by whoever asks
     */
    record Retry(JobId job, List<JobEvent> history, String by) implements SchedulerRequest {
        /** Copies the list. */
        public Retry {
            history = List.copyOf(history);
        }
    }

    /** Say why a live job is where it is; answered by {@code Explained}. */
    record Explain(JobId job) implements SchedulerRequest {}

    /** Give a worker no new work, or give it work again. */
    record SetDrain(WorkerId worker, boolean draining) implements SchedulerRequest {}

    /** Remove ended jobs. */
    record Purge(List<JobId> jobs) implements SchedulerRequest {
        /** Copies the list. */
        public Purge {
            jobs = List.copyOf(jobs);
        }
    }

    /** Describe the workers and the queue; answered by {@code Cluster}. */
    record DescribeCluster() implements SchedulerRequest {}

    /**
     * Do something with a schedule; answered by {@code Done}, or when a job comes of it by {@code
     * Accepted}.
     */
    record OfSchedule(ScheduleId schedule, ScheduleWish wish, String by)
            implements SchedulerRequest {}

    /** What may be done with a schedule. */
    sealed interface ScheduleWish {

        /** Accept it. */
        record Create(ScheduleSpec spec) implements ScheduleWish {}

        /** Let it fire no more, for now. */
        record Pause() implements ScheduleWish {}

        /** Let it fire again. */
        record Resume() implements ScheduleWish {}

        /** Forget it; its jobs stay. */
        record Delete() implements ScheduleWish {}

        /** Submit its job now, under this id. */
        record Trigger(JobId job) implements ScheduleWish {}
    }
}
