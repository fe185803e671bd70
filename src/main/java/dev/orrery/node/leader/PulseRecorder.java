package dev.orrery.node.leader;

import dev.orrery.model.JobId;
import dev.orrery.protocol.ClusterView;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.Pulse;
import dev.orrery.scheduling.Effect;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Remembers how busy the cluster was: a pulse a second for the last quarter of an hour, and the
 * whole time since this leader began in steps that double when there are too many.
 */
final class PulseRecorder {
    /** A quarter of an hour in seconds. */
    static final int RECENT_MAX = 900;

    /** The points of a chart: even, so that pairs can be joined. */
    static final int WHOLE_MAX = 720;

    private final Deque<Pulse> recent = new ArrayDeque<>();
    private final Latencies latencies = new Latencies();
    private final List<Pulse> pending = new ArrayList<>();
    private List<Pulse> whole = new ArrayList<>();
    private int step = 1;
    private long submitted;
    private long succeeded;
    private long failed;
    private long otherwiseEnded;

    /** Counts what an event says. */
    void happened(JobEvent event) {
        if (event.change() instanceof JobEvent.Submitted
                || event.change() instanceof JobEvent.Retried) {
            submitted++;
        }
        switch (event.status()) {
            case SUCCEEDED -> succeeded++;
            case FAILED -> failed++;
            case CANCELLED, EXPIRED -> otherwiseEnded++;
            case WAITING, QUEUED, ASSIGNED, RUNNING, FORWARDED -> {}
        }
    }

    /** Measures how long a task waited for its first worker since it might have started. */
    void assigned(Effect.Assign assign, Instant now) {
        if (assign.attempt().number() == 1) {
            Instant ready = createdAt(assign.attempt().job());
            Instant notBefore = assign.spec().notBefore().orElse(ready);
            Duration waited = Duration.between(notBefore.isAfter(ready) ? notBefore : ready, now);
            latencies.add(waited);
        }
    }

    /** Ends a second. */
    Pulse beat(ClusterView view) {
        Pulse pulse =
                new Pulse(
                        view.at(),
                        1,
                        view.waiting(),
                        view.queued(),
                        view.assigned(),
                        view.running(),
                        submitted,
                        succeeded,
                        failed,
                        otherwiseEnded,
                        latencies.quantileMicros(0.5),
                        latencies.quantileMicros(0.99));
        submitted = 0;
        succeeded = 0;
        failed = 0;
        otherwiseEnded = 0;
        latencies.clear();
        recent.add(pulse);
        if (recent.size() > RECENT_MAX) {
            recent.remove();
        }
        lengthen(pulse);
        return pulse;
    }

    Pulse.History history() {
        return new Pulse.History(List.copyOf(recent), whole);
    }

    private void lengthen(Pulse pulse) {
        pending.add(pulse);
        if (pending.size() < step) {
            return;
        }
        whole.add(joined(pending));
        pending.clear();
        if (whole.size() == WHOLE_MAX) {
            List<Pulse> halved = new ArrayList<>(WHOLE_MAX);
            for (int i = 0; i < WHOLE_MAX; i += 2) {
                halved.add(joined(whole.subList(i, i + 2)));
            }
            whole = halved;
            step *= 2;
        }
    }

    /** Several pulses as one: what stood at the end, what happened in all of it, the worst wait. */
    static Pulse joined(List<Pulse> parts) {
        Pulse last = parts.getLast();
        return new Pulse(
                last.at(),
                parts.stream().mapToInt(Pulse::seconds).sum(),
                last.waiting(),
                last.queued(),
                last.assigned(),
                last.running(),
                parts.stream().mapToLong(Pulse::submitted).sum(),
                parts.stream().mapToLong(Pulse::succeeded).sum(),
                parts.stream().mapToLong(Pulse::failed).sum(),
                parts.stream().mapToLong(Pulse::otherwiseEnded).sum(),
                parts.stream().mapToLong(Pulse::latencyMicros).max().orElse(0),
                parts.stream().mapToLong(Pulse::latencyHighMicros).max().orElse(0));
    }

    /** A UUID of version 7 begins with the milliseconds of its making. */
    private static Instant createdAt(JobId job) {
        return Instant.ofEpochMilli(job.value().getMostSignificantBits() >>> 16);
    }
}
