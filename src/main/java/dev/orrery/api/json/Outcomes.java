package dev.orrery.api.json;

import dev.orrery.model.Outcome;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/** The words and numbers that answers use for the outcome of an attempt. */
public final class Outcomes {
    private Outcomes() {}

    /** The exit code, when the process ended by itself. */
    public static OptionalInt exitCode(Outcome outcome) {
        return outcome instanceof Outcome.Exited(int code)
                ? OptionalInt.of(code)
                : OptionalInt.empty();
    }

    /** The signal that ended the process, when we did not send it. */
    public static OptionalInt signal(Outcome outcome) {
        return outcome instanceof Outcome.Signalled(int signal)
                ? OptionalInt.of(signal)
                : OptionalInt.empty();
    }

    /** The stable word for why it ended. */
    public static String reason(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Exited _ -> "exit-code";
            case Outcome.Signalled _ -> "signal";
            case Outcome.TimedOut _ -> "timeout";
            case Outcome.Stopped(Outcome.StopReason reason) ->
                    reason.name().toLowerCase(Locale.ROOT).replace('_', '-');
            case Outcome.NotStartable _ -> "not-startable";
            case Outcome.OutputsRefused _ -> "outputs-refused";
            case Outcome.WorkerFault _ -> "worker-fault";
            case Outcome.Lost _ -> "lost";
        };
    }

    /** A sentence with the particulars, when there are any. */
    public static Optional<String> detail(Outcome outcome) {
        return switch (outcome) {
            case Outcome.NotStartable(String cause) -> Optional.of(cause);
            case Outcome.OutputsRefused(var causes) -> Optional.of(String.join("; ", causes));
            case Outcome.WorkerFault(String cause) -> Optional.of(cause);
            case Outcome.Lost(String cause) -> Optional.of(cause);
            case Outcome.Exited _, Outcome.Signalled _, Outcome.TimedOut _, Outcome.Stopped _ ->
                    Optional.empty();
        };
    }
}
