package dev.orrery.protocol;

import dev.orrery.model.AttemptId;
import dev.orrery.model.Namespace;
import dev.orrery.model.TaskStatus;
import dev.orrery.model.WorkerId;

import java.time.Instant;
import java.util.Optional;

/**
 * An attempt that started or ended, for who watches all of them.
 *
 * @param number of its job, 0 when this leader did not give it out
 * @param name of its job, empty likewise
 * @param status RUNNING, or how it ended; an attempt that is followed by another one FAILED
 * @param reason the stable word for the end, empty while it runs
 * @param startedAt empty when its process never was
 */
public record AttemptChange(
        AttemptId attempt,
        Namespace namespace,
        long number,
        String name,
        WorkerId worker,
        TaskStatus status,
        String reason,
        Optional<Instant> startedAt,
        Optional<Instant> endedAt) {}
