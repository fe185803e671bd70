package dev.orrery.api;

import dev.orrery.api.json.Refusal;
import dev.orrery.model.Problem;
import dev.orrery.model.ProblemCode;
import dev.orrery.store.StoreException;
import dev.orrery.store.TooFewCopiesException;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

import java.io.IOException;
import java.util.Optional;

/**
 * Tells what a caller may know of a failure; what is a bug is logged here, once, with its cause.
 */
public final class Faults {
    private static final Logger LOG = LoggerFactory.getLogger(Faults.class);

    private Faults() {}

    /**
     * The problem that answers a failure.
     *
     * @param during what was being done, for the log
     */
    public static Problem problem(Throwable failure, String during) {
        if (failure instanceof Refusal refusal) {
            return refusal.problem();
        }
        Optional<Problem> known = knownProblem(failure);
        if (known.isPresent()) {
            LoggingEventBuilder line = LOG.atWarn().addKeyValue("call", during);
            if (failure instanceof TooFewCopiesException) {
                line.addKeyValue("cause", failure.getMessage()).log("too few masters");
            } else {
                line.setCause(failure).log("the store failed");
            }
            return known.get();
        }
        LOG.atError().setCause(failure).addKeyValue("call", during).log("a call failed");
        return Problem.of(
                ProblemCode.INTERNAL,
                "something went wrong that should not",
                "look into the log of the node, and report it");
    }

    /** A fault of the store, also one that came as a fault of its files. */
    private static Optional<Problem> knownProblem(Throwable failure) {
        return switch (failure) {
            case StoreException store -> storeProblem(store);
            case TooFewCopiesException few ->
                    Optional.of(
                            Problem.of(
                                    ProblemCode.UNAVAILABLE,
                                    String.valueOf(few.getMessage()),
                                    "try again in a few seconds; the operator may start another"
                                            + " master, or set blobs.replicas.min lower"));
            case IOException fault when fault.getCause() instanceof StoreException store ->
                    storeProblem(store);
            default -> Optional.empty();
        };
    }

    private static Optional<Problem> storeProblem(StoreException failure) {
        return switch (failure.kind()) {
            case FULL -> Optional.of(full());
            case FENCED ->
                    Optional.of(
                            Problem.of(
                                    ProblemCode.UNAVAILABLE,
                                    "another master leads now",
                                    "try again in a few seconds"));
            case UNAVAILABLE ->
                    Optional.of(
                            Problem.of(
                                    ProblemCode.UNAVAILABLE,
                                    "the store does not answer",
                                    "try again in a few seconds"));
            case CONFLICT, BROKEN, LOCKED -> Optional.empty();
        };
    }

    /** There is no space left. */
    public static Problem full() {
        return Problem.of(
                ProblemCode.STORE_FULL,
                "the disk of the master is full",
                "free some space, or delete ended jobs, and try again");
    }
}
