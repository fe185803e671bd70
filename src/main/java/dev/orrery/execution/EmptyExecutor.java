package dev.orrery.execution;

import dev.orrery.model.AttemptId;
import dev.orrery.model.CapturedLog;
import dev.orrery.model.Outcome;
import dev.orrery.model.Outcome.StopReason;
import dev.orrery.model.Usage;
import dev.orrery.protocol.AttemptResult;
import dev.orrery.protocol.WorkerCommand.Assignment;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * An executor that runs no process: every attempt has ended well before {@code start} returns.
 *
 * <p>It shows what the rest of a cluster costs, and how a component is swapped.
 */
public final class EmptyExecutor implements Executor {

    private static final Execution ENDED =
            new Execution() {
                @Override
                public void stop(StopReason reason) {
                    // Nothing runs.
                }

                @Override
                public void kill(StopReason reason) {
                    // Nothing runs.
                }
            };

    @Override
    public Execution start(Assignment assignment, Listener listener) {
        AttemptId attempt = assignment.attempt();
        Instant now = Instant.now();
        listener.ended(
                attempt,
                new AttemptResult(
                        new Outcome.Exited(0),
                        Usage.NONE,
                        Optional.of(now),
                        now,
                        CapturedLog.EMPTY,
                        CapturedLog.EMPTY,
                        List.of()),
                Optional.empty());
        return ENDED;
    }

    @Override
    public int killLeftovers() {
        return 0;
    }

    @Override
    public String limits() {
        return "no process is run";
    }

    @Override
    public void close() {
        // Nothing is held.
    }

    /** Makes empty executors. */
    public static final class Provider implements Executor.Provider {
        @Override
        public String executor() {
            return EmptyExecutor.class.getName();
        }

        @Override
        public Executor create(ExecutorContext context) {
            return new EmptyExecutor();
        }
    }
}
