package dev.orrery.scheduling;

import dev.orrery.model.AttemptId;
import dev.orrery.model.Outcome;
import dev.orrery.model.TaskRange;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.AttemptResult;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** What really runs in a simulated cluster, and the proof that it may. */
final class Executions {

    private final Audit audit;
    private final boolean shortRuns;
    private final Set<AttemptId> started = new LinkedHashSet<>();
    private final Map<TaskRange, AttemptId> running = new LinkedHashMap<>();

    Executions(Audit audit, boolean shortRuns) {
        this.audit = audit;
        this.shortRuns = shortRuns;
    }

    void started(AttemptId attempt, WorkerId worker) {
        check(started.add(attempt), attempt + " starts twice");
        check(running.put(attempt.tasks(), attempt) == null, attempt + " runs beside another");
        Ledger ledger = audit.ledger(attempt.job());
        check(
                ledger.isHeld(attempt, worker),
                attempt + " starts on " + worker + ", but is " + ledger);
    }

    void ended(AttemptId attempt, boolean wasRunning) {
        if (wasRunning) {
            running.remove(attempt.tasks(), attempt);
        }
    }

    boolean isQuiet() {
        return running.isEmpty();
    }

    /** How long an attempt takes. */
    Duration duration(AttemptId attempt) {
        long dice = Math.floorMod(dice(attempt), 1_000L);
        return Duration.ofMillis(shortRuns ? dice / 50 : dice * 5);
    }

    /** How an attempt ends: three of four well. */
    AttemptResult result(AttemptId attempt) {
        Outcome outcome =
                switch ((int) Math.floorMod(dice(attempt) >> 20, 12L)) {
                    case 0 -> new Outcome.Exited(1);
                    case 1 -> new Outcome.Signalled(9);
                    case 2 -> new Outcome.WorkerFault("disk full");
                    default -> new Outcome.Exited(0);
                };
        return Sample.result(outcome, Sample.START, duration(attempt));
    }

    private static long dice(AttemptId attempt) {
        long mixed =
                attempt.job().value().getLeastSignificantBits() * 31
                        + attempt.tasks().first() * 1_009L
                        + attempt.number();
        mixed *= 0x9E3779B97F4A7C15L;
        return mixed ^ (mixed >>> 29);
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
