package dev.orrery.scheduling;

import dev.orrery.protocol.SchedulerRequest;
import dev.orrery.protocol.WorkerMessage;

/** What can happen to a scheduler. */
public sealed interface Input {

    /** Somebody asks; the shell finds the asker again by {@code replyTo}. */
    record Asked(long replyTo, SchedulerRequest request) implements Input {}

    /** A worker tells; likewise. */
    record Told(long replyTo, WorkerMessage message) implements Input {}

    /** Time has passed. */
    record Tick() implements Input {}
}
