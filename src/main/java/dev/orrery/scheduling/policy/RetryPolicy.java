package dev.orrery.scheduling.policy;

import dev.orrery.model.JobSpec;
import dev.orrery.model.Outcome;
import dev.orrery.protocol.JobEvent.Next;

import java.time.Instant;

/** Decides what follows the end of an attempt that nobody cancelled. Pure. */
public interface RetryPolicy {

    /**
     * Whether the task runs again.
     *
     * @param failures own failures before this end
     * @param losses lost workers and infrastructure faults before this end
     */
    Next next(JobSpec spec, int failures, int losses, Outcome outcome, Instant now);
}
