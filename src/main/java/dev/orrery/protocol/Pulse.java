package dev.orrery.protocol;

import java.time.Instant;
import java.util.List;

/**
 * How busy the cluster was over a short time, for charts: what stood at its end, and what happened
 * in it.
 *
 * @param at its end
 * @param seconds how long it was
 * @param latencyMicros from the moment a task may start until a worker is given it: the median of
 *     this time, 0 when nothing was given
 * @param latencyHighMicros likewise, which 99 of 100 do not pass
 */
public record Pulse(
        Instant at,
        int seconds,
        long waiting,
        long queued,
        long assigned,
        long running,
        long submitted,
        long succeeded,
        long failed,
        long otherwiseEnded,
        long latencyMicros,
        long latencyHighMicros) {

    /**
     * The past, for who begins to look.
     *
     * @param recent a pulse a second, oldest first
     * @param whole since this leader began, in steps that grow with it
     */
    public record History(List<Pulse> recent, List<Pulse> whole) {
        /** Copies the lists. */
        public History {
            recent = List.copyOf(recent);
            whole = List.copyOf(whole);
        }
    }
}
