package dev.orrery.api.batch;

import dev.orrery.model.Problem;
import dev.orrery.protocol.SchedulerRequest;

/** What a line of a batch says. */
sealed interface Entry {

    /** Its place in the body, from 1. */
    long line();

    /** A job, for the leader to accept or refuse. */
    record Job(long line, SchedulerRequest.Submit submission) implements Entry {}

    /** Nothing that could be asked for. */
    record Bad(long line, Problem problem) implements Entry {}
}
