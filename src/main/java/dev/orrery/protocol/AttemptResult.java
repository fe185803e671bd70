package dev.orrery.protocol;

import dev.orrery.model.CapturedLog;
import dev.orrery.model.Outcome;
import dev.orrery.model.StoredFile;
import dev.orrery.model.Usage;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * All that a worker knows of an attempt that ended.
 *
 * @param startedAt when its process started, by the worker's wall clock; empty when it never did
 */
public record AttemptResult(
        Outcome outcome,
        Usage usage,
        Optional<Instant> startedAt,
        Instant endedAt,
        CapturedLog stdout,
        CapturedLog stderr,
        List<StoredFile> outputs) {

    /** Copies the list. */
    public AttemptResult {
        outputs = List.copyOf(outputs);
    }

    /** A result without a process: lost, or never started. */
    public static AttemptResult without(Outcome outcome, Instant at) {
        return new AttemptResult(
                outcome,
                Usage.NONE,
                Optional.empty(),
                at,
                CapturedLog.EMPTY,
                CapturedLog.EMPTY,
                List.of());
    }
}
