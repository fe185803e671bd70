package dev.orrery.scheduling;

import dev.orrery.model.AttemptId;
import dev.orrery.model.JobSpec;
import dev.orrery.model.Outcome;
import dev.orrery.model.Outcome.StopReason;
import dev.orrery.model.Resources;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.WorkerMessage;
import dev.orrery.protocol.WorkerMessage.Report;
import dev.orrery.protocol.WorkerOffer;
import dev.orrery.protocol.WorkerReply;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A worker as the protocol asks for it: starts attempts in the order given as its resources allow,
 * reports until acknowledged, and stops everything when its lease is about to end.
 */
final class ModelWorker {

    private static final Duration FENCE = Duration.ofSeconds(24);
    private static final Duration PULSE = Duration.ofSeconds(2);

    final WorkerId id;
    private final WorkerOffer offer;
    private final Executions executions;
    private final LinkedHashMap<AttemptId, Held> held = new LinkedHashMap<>();
    private final Set<AttemptId> seen = new LinkedHashSet<>();
    private final List<Report> unsent = new ArrayList<>();
    private final List<Report> unacknowledged = new ArrayList<>();
    private long incarnation;
    private long session;
    private long batch;
    private long epoch;
    private boolean up;
    private boolean welcome;
    private boolean draining;
    private long renewedAt;
    private long pulsedAt;

    /** An attempt that waits here, or runs until a time. */
    private record Held(Resources resources, boolean running, long endsAt) {}

    ModelWorker(WorkerId id, WorkerOffer offer, Executions executions) {
        this.id = id;
        this.offer = offer;
        this.executions = executions;
    }

    /** Dies with all its processes, and starts with empty hands. */
    void restart() {
        held.forEach((attempt, it) -> executions.ended(attempt, it.running()));
        held.clear();
        seen.clear();
        unsent.clear();
        unacknowledged.clear();
        incarnation++;
        session = 0;
        welcome = false;
        draining = false;
        up = true;
        pulsedAt = Long.MIN_VALUE / 2;
    }

    /** Stops in good order: what it says last is that it holds nothing. */
    WorkerMessage leave() {
        WorkerMessage last = new WorkerMessage.Goodbye(id, incarnation);
        restart();
        up = false;
        return last;
    }

    boolean isUp() {
        return up;
    }

    void drain(boolean on) {
        draining = on;
    }

    /** Runs on until now, and gives what it has to say. */
    List<WorkerMessage> pulse(long now) {
        if (!up) {
            return List.of();
        }
        run(now);
        if (welcome && now - renewedAt >= FENCE.toNanos()) {
            fence();
        }
        List<WorkerMessage> said = new ArrayList<>();
        boolean due = now - pulsedAt >= PULSE.toNanos();
        if (due) {
            pulsedAt = now;
            said.add(welcome ? heartbeat() : hello());
        }
        if (unacknowledged.isEmpty() && !unsent.isEmpty()) {
            batch++;
            unacknowledged.addAll(unsent);
            unsent.clear();
            said.add(reports());
        } else if (due && !unacknowledged.isEmpty()) {
            said.add(reports());
        }
        return said;
    }

    private WorkerMessage hello() {
        session++;
        return new WorkerMessage.Hello(id, incarnation, session, offer, live(), "");
    }

    private WorkerMessage heartbeat() {
        return new WorkerMessage.Heartbeat(id, incarnation, session, epoch, live(), draining);
    }

    private WorkerMessage reports() {
        return new WorkerMessage.Reports(id, incarnation, batch, List.copyOf(unacknowledged));
    }

    private List<AttemptId> live() {
        Set<AttemptId> live = new LinkedHashSet<>(held.keySet());
        unacknowledged.forEach(report -> live.add(report.attempt()));
        unsent.forEach(report -> live.add(report.attempt()));
        return List.copyOf(live);
    }

    private void fence() {
        welcome = false;
        List.copyOf(held.keySet()).forEach(it -> stop(it, StopReason.LEASE_LOST));
    }

    /** Takes the answer to something that it said at a time. */
    void answered(WorkerMessage said, long saidAt, WorkerReply reply) {
        if (!up || said.incarnation() != incarnation) {
            return;
        }
        switch (reply) {
            case WorkerReply.Welcome it -> {
                if (said instanceof WorkerMessage.Hello hello
                        && hello.session() == session
                        && it.epoch() >= epoch) {
                    welcome = true;
                    epoch = it.epoch();
                    renewedAt = saidAt;
                    it.stop().forEach(attempt -> stop(attempt, StopReason.STALE));
                }
            }
            case WorkerReply.Renewed it -> {
                if (it.epoch() == epoch && welcome) {
                    renewedAt = Math.max(renewedAt, saidAt);
                    it.stop().forEach(attempt -> stop(attempt, StopReason.STALE));
                }
            }
            case WorkerReply.SayHello it -> {
                welcome &= it.epoch() < epoch;
                pulsedAt = welcome ? pulsedAt : Long.MIN_VALUE / 2;
            }
            case WorkerReply.Acknowledged it -> {
                if (it.seq() == batch) {
                    unacknowledged.clear();
                }
            }
            case WorkerReply.Superseded it -> throw new AssertionError("superseded: " + id);
        }
    }

    /** Takes an assignment; whether this session ever will. */
    boolean assigned(Effect.Assign it, long ofEpoch) {
        if (!up || it.incarnation() != incarnation || it.session() != session || ofEpoch < epoch) {
            return false;
        }
        if (seen.add(it.attempt())) {
            held.put(it.attempt(), waiting(it.spec()));
        }
        return true;
    }

    private static Held waiting(JobSpec spec) {
        return new Held(spec.resources(), false, 0);
    }

    void stopped(Effect.Stop it) {
        if (up && it.incarnation() == incarnation) {
            it.attempts().forEach(attempt -> stop(attempt, it.reason()));
        }
    }

    void recalled(Effect.Recall it) {
        if (!up || it.incarnation() != incarnation) {
            return;
        }
        for (AttemptId attempt : it.attempts()) {
            boolean waits =
                    Optional.ofNullable(held.get(attempt))
                            .filter(found -> !found.running())
                            .isPresent();
            if (waits) {
                held.remove(attempt);
                unsent.add(new Report.NotStarted(attempt, "recalled"));
            }
        }
    }

    /** Ends an attempt; one that has not come yet is never started when it does. */
    private void stop(AttemptId attempt, StopReason reason) {
        Held found = held.remove(attempt);
        if (found != null && found.running()) {
            executions.ended(attempt, true);
            unsent.add(
                    new Report.Ended(
                            attempt,
                            Sample.result(
                                    new Outcome.Stopped(reason), Sample.START, Duration.ZERO)));
        } else if (found != null || seen.add(attempt)) {
            unsent.add(new Report.NotStarted(attempt, "stopped"));
        }
    }

    private void run(long now) {
        for (Map.Entry<AttemptId, Held> entry : List.copyOf(held.entrySet())) {
            if (entry.getValue().running() && entry.getValue().endsAt() <= now) {
                held.remove(entry.getKey());
                executions.ended(entry.getKey(), true);
                unsent.add(new Report.Ended(entry.getKey(), executions.result(entry.getKey())));
            }
        }
        if (!welcome || now - renewedAt >= FENCE.toNanos()) {
            return;
        }
        for (Map.Entry<AttemptId, Held> entry : held.entrySet()) {
            Held found = entry.getValue();
            if (!found.running()) {
                if (!fits(found.resources())) {
                    return;
                }
                long endsAt = now + executions.duration(entry.getKey()).toNanos();
                entry.setValue(new Held(found.resources(), true, endsAt));
                executions.started(entry.getKey(), id);
                unsent.add(new Report.Started(entry.getKey(), Sample.START));
            }
        }
    }

    private boolean fits(Resources asked) {
        Resources used = Resources.NONE;
        int running = 0;
        for (Held found : held.values()) {
            if (found.running()) {
                used = used.plus(found.resources());
                running++;
            }
        }
        return running < offer.slots() && used.plus(asked).fitsIn(offer.capacity());
    }
}
