package dev.orrery.scheduling;

import dev.orrery.model.AttemptId;
import dev.orrery.model.Outcome;
import dev.orrery.model.Outcome.StopReason;
import dev.orrery.model.Problem;
import dev.orrery.model.ProblemCode;
import dev.orrery.model.TaskStatus;
import dev.orrery.protocol.AttemptResult;
import dev.orrery.protocol.DurableEvent;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.JobEvent.Next;
import dev.orrery.protocol.SchedulerReply;
import dev.orrery.protocol.SchedulerRequest;
import dev.orrery.protocol.WorkerMessage;
import dev.orrery.protocol.WorkerMessage.Report;
import dev.orrery.protocol.WorkerReply;
import dev.orrery.scheduling.WorkerRecord.Departures.Departure;
import dev.orrery.scheduling.policy.Rules;

import java.util.List;
import java.util.Optional;

/** What follows when a worker speaks, or does not. */
final class WorkerDecisions {

    private final Rules rules;

    WorkerDecisions(Rules rules) {
        this.rules = rules;
    }

    Decision hello(
            SchedulerState state, long replyTo, WorkerMessage.Hello it, Moment now, long epoch) {
        Optional<WorkerRecord> known = state.worker(it.worker());
        Optional<Departure> departed = state.departure(it.worker());
        if (known.filter(record -> record.incarnation > it.incarnation()).isPresent()
                || departed.filter(last -> last.incarnation() > it.incarnation()).isPresent()) {
            return Decision.reply(new Effect.Answer(replyTo, new WorkerReply.Superseded(epoch)));
        }
        boolean sameLife =
                known.filter(record -> record.incarnation == it.incarnation()).isPresent();
        boolean isLate =
                sameLife
                        ? known.get().session() > it.session() || isTooOld(known.get(), it, epoch)
                        : departed.filter(last -> isOver(last, it)).isPresent();
        if (isLate) {
            return Decision.reply(new Effect.Answer(replyTo, new WorkerReply.SayHello(epoch)));
        }
        Draft draft = new Draft(state, now);
        if (!sameLife) {
            known.ifPresent(record -> loseAll(state, draft, record, "its worker restarted", now));
        }
        draft.event(
                new StateEvent.WorkerJoined(
                        it.worker(),
                        it.incarnation(),
                        it.session(),
                        it.offer(),
                        leaseEnd(now),
                        now.nanos()));
        draft.effect(
                new Effect.Answer(
                        replyTo,
                        new WorkerReply.Welcome(epoch, notHeld(known, sameLife, it.live()))));
        if (sameLife && known.get().session() < it.session()) {
            adopt(state, draft, known.get(), it, now);
        }
        draft.effect(new Effect.NodesChanged());
        return draft.decided();
    }

    private static boolean isOver(Departure last, WorkerMessage.Hello it) {
        return last.incarnation() == it.incarnation() && last.session() >= it.session();
    }

    /**
     * Whether a hello may have been sent before the last leader's last assignment, by a worker of
     * which only the store has told so far: then what it says it holds is worth nothing. The bus
     * may bring it late, and a request is repeated as it is while the leader changes.
     */
    private static boolean isTooOld(WorkerRecord known, WorkerMessage.Hello it, long epoch) {
        return known.offer().isEmpty() && it.epoch() < epoch;
    }

    /**
     * Settles what this worker should hold with what it says it holds. What never reached it is
     * sent again, unless somebody cancelled it; what it had started and does not have any more is
     * lost, for an attempt never starts twice.
     */
    private static void adopt(
            SchedulerState state,
            Draft draft,
            WorkerRecord record,
            WorkerMessage.Hello hello,
            Moment now) {
        for (AttemptId attempt : record.attempts()) {
            boolean live = hello.live().contains(attempt);
            LiveJob job = draft.job(attempt.job());
            switch (job.tasks.get(attempt.tasks().first())) {
                case TaskState.Assigned it when !live ->
                        draft.effect(
                                new Effect.Assign(
                                        record.id,
                                        record.incarnation,
                                        hello.session(),
                                        attempt,
                                        job.spec,
                                        job.number));
                case TaskState.Running it when !live ->
                        ended(
                                state,
                                draft,
                                job,
                                it,
                                attempt,
                                lost("its worker forgot it", now),
                                now);
                case TaskState.Cancelling it when live ->
                        draft.effect(stopOf(record, List.of(attempt), StopReason.CANCELLED));
                case TaskState.Cancelling it -> notStarted(draft, job, it, attempt, "cancelled");
                case TaskState.Assigned it -> {}
                case TaskState.Running it -> {}
                case TaskState.Waiting it -> throw notHeldIn(it, attempt);
                case TaskState.Queued it -> throw notHeldIn(it, attempt);
                case TaskState.Over it -> throw notHeldIn(it, attempt);
            }
        }
    }

    private static IllegalStateException notHeldIn(TaskState state, AttemptId attempt) {
        return new IllegalStateException("impossible: a worker holds " + attempt + " in " + state);
    }

    private static List<AttemptId> notHeld(
            Optional<WorkerRecord> known, boolean sameLife, List<AttemptId> live) {
        if (!sameLife || known.isEmpty()) {
            return live;
        }
        return live.stream().filter(attempt -> !known.get().holds(attempt)).toList();
    }

    Decision heartbeat(
            SchedulerState state,
            long replyTo,
            WorkerMessage.Heartbeat it,
            Moment now,
            long epoch) {
        Optional<WorkerRecord> known =
                state.worker(it.worker())
                        .filter(record -> record.incarnation == it.incarnation())
                        .filter(record -> record.session() == it.session())
                        .filter(record -> it.epoch() == epoch);
        if (known.isEmpty()) {
            return Decision.reply(new Effect.Answer(replyTo, unknown(state, it, epoch)));
        }
        WorkerRecord record = known.get();
        Draft draft = new Draft(state, now);
        draft.event(
                new StateEvent.LeaseRenewed(
                        it.worker(), leaseEnd(now), it.draining(), now.nanos()));
        draft.effect(
                new Effect.Answer(
                        replyTo, new WorkerReply.Renewed(epoch, toStop(state, record, it.live()))));
        if (record.drainingItself() != it.draining()) {
            draft.effect(new Effect.NodesChanged());
            if (it.draining()) {
                recall(draft, record, record.recallable());
            }
        }
        return draft.decided();
    }

    private static WorkerReply unknown(SchedulerState state, WorkerMessage it, long epoch) {
        boolean superseded =
                state.worker(it.worker())
                        .filter(record -> record.incarnation > it.incarnation())
                        .isPresent();
        return superseded ? new WorkerReply.Superseded(epoch) : new WorkerReply.SayHello(epoch);
    }

    private static List<AttemptId> toStop(
            SchedulerState state, WorkerRecord record, List<AttemptId> live) {
        return live.stream()
                .filter(attempt -> !record.holds(attempt) || isCancelling(state, attempt))
                .toList();
    }

    private static boolean isCancelling(SchedulerState state, AttemptId attempt) {
        return state.job(attempt.job())
                .map(job -> job.tasks.get(attempt.tasks().first()))
                .filter(TaskState.Cancelling.class::isInstance)
                .isPresent();
    }

    Decision reports(
            SchedulerState state, long replyTo, WorkerMessage.Reports it, Moment now, long epoch) {
        Draft draft = new Draft(state, now);
        for (Report report : it.reports()) {
            report(state, draft, it, report, now);
        }
        draft.effect(new Effect.Answer(replyTo, new WorkerReply.Acknowledged(epoch, it.seq())));
        return draft.decided();
    }

    /** Takes a report in when it is about the attempt that this worker holds now; else drops it. */
    private void report(
            SchedulerState state,
            Draft draft,
            WorkerMessage.Reports from,
            Report report,
            Moment now) {
        AttemptId attempt = report.attempt();
        boolean held =
                state.worker(from.worker())
                        .filter(record -> record.incarnation == from.incarnation())
                        .filter(record -> record.holds(attempt))
                        .isPresent();
        if (!held) {
            return;
        }
        LiveJob job = draft.job(attempt.job());
        TaskState current = job.tasks.get(attempt.tasks().first());
        boolean endedInThisMessage = SchedulerState.holder(current).isEmpty();
        if (endedInThisMessage) {
            return;
        }
        switch (report) {
            case Report.Started it -> {
                if (current instanceof TaskState.Assigned) {
                    draft.change(
                            job.id,
                            new JobEvent.Started(attempt.tasks(), attempt.number(), it.at()));
                }
            }
            case Report.Ended it -> ended(state, draft, job, current, attempt, it.result(), now);
            case Report.NotStarted it -> {
                notStarted(draft, job, current, attempt, it.cause());
                if (current instanceof TaskState.Assigned) {
                    state.worker(from.worker())
                            .ifPresent(record -> pauseIfUnasked(draft, record, attempt));
                }
            }
            case Report.Progress it ->
                    draft.effect(
                            new Effect.Progressed(attempt, now.wall(), it.fraction(), it.text()));
        }
    }

    private static void notStarted(
            Draft draft, LiveJob job, TaskState current, AttemptId attempt, String cause) {
        if (current instanceof TaskState.Cancelling) {
            draft.change(
                    job.id, new JobEvent.Ended(attempt.tasks(), TaskStatus.CANCELLED, "cancelled"));
        } else if (current instanceof TaskState.Assigned) {
            draft.change(job.id, new JobEvent.Unassigned(attempt.tasks(), attempt.number(), cause));
        }
    }

    /**
     * Gives a worker that sends work back by itself no more until its next heartbeat; else the same
     * task would go to it and back without end.
     */
    private static void pauseIfUnasked(Draft draft, WorkerRecord record, AttemptId attempt) {
        if (!record.isRecalled(attempt)) {
            draft.event(
                    new StateEvent.LeaseRenewed(
                            record.id, record.leaseEnd(), true, record.heardAt()));
        }
    }

    private static void ended(
            SchedulerState state,
            Draft draft,
            LiveJob job,
            TaskState current,
            AttemptId attempt,
            AttemptResult result,
            Moment now) {
        TaskState.Tally tally = current.tally();
        Next next =
                current instanceof TaskState.Cancelling
                        ? new Next.Over(TaskStatus.CANCELLED, "cancelled")
                        : state.policies()
                                .retry()
                                .next(
                                        job.spec,
                                        tally.failures(),
                                        tally.losses(),
                                        result.outcome(),
                                        now.wall());
        draft.change(
                job.id,
                new JobEvent.AttemptEnded(
                        attempt.tasks(),
                        attempt.number(),
                        SchedulerState.holder(current).orElseThrow(),
                        result,
                        next));
    }

    Decision goodbye(
            SchedulerState state, long replyTo, WorkerMessage.Goodbye it, Moment now, long epoch) {
        Draft draft = new Draft(state, now);
        state.worker(it.worker())
                .filter(record -> record.incarnation == it.incarnation())
                .ifPresent(record -> {
                    loseAll(state, draft, record, "its worker stopped", now);
                    draft.event(new StateEvent.WorkerLeft(it.worker()));
                    draft.effect(new Effect.NodesChanged());
                });
        draft.effect(new Effect.Answer(replyTo, new WorkerReply.Acknowledged(epoch, 0)));
        return draft.decided();
    }

    Decision setDrain(
            SchedulerState state, long replyTo, SchedulerRequest.SetDrain it, Moment now) {
        Optional<WorkerRecord> record = state.worker(it.worker());
        if (record.isEmpty() && !state.isDrained(it.worker())) {
            return Decision.reply(
                    new Effect.Reply(
                            replyTo,
                            new SchedulerReply.Refused(
                                    Problem.of(
                                            ProblemCode.NOT_FOUND,
                                            "There is no worker " + it.worker() + ".",
                                            "List the workers with: orrery nodes"))));
        }
        Draft draft = new Draft(state, now);
        if (state.isDrained(it.worker()) != it.draining()) {
            draft.durable(new DurableEvent.WorkerDrainSet(it.worker(), it.draining()));
            draft.effect(new Effect.NodesChanged());
        }
        if (it.draining()) {
            record.ifPresent(found -> recall(draft, found, found.recallable()));
        }
        draft.effect(new Effect.Reply(replyTo, new SchedulerReply.Done()));
        return draft.decided();
    }

    static void recall(Draft draft, WorkerRecord record, List<AttemptId> attempts) {
        if (!attempts.isEmpty()) {
            draft.event(new StateEvent.Recalled(record.id, attempts));
            draft.effect(new Effect.Recall(record.id, record.incarnation, attempts));
        }
    }

    /** Takes every worker for lost whose lease is over. */
    void loseExpired(SchedulerState state, Draft draft, Moment now) {
        for (WorkerRecord record : state.workers()) {
            if (record.leaseEnd() - now.nanos() <= 0) {
                loseAll(state, draft, record, "its worker's lease ended", now);
                draft.event(new StateEvent.WorkerLeft(record.id));
                draft.effect(new Effect.NodesChanged());
            }
        }
    }

    private static void loseAll(
            SchedulerState state, Draft draft, WorkerRecord record, String cause, Moment now) {
        AttemptResult lost = lost(cause, now);
        for (AttemptId attempt : record.attempts()) {
            LiveJob job = draft.job(attempt.job());
            TaskState current = job.tasks.get(attempt.tasks().first());
            ended(state, draft, job, current, attempt, lost, now);
        }
    }

    private static AttemptResult lost(String cause, Moment now) {
        return AttemptResult.without(new Outcome.Lost(cause), now.wall());
    }

    private static Effect.Stop stopOf(
            WorkerRecord record, List<AttemptId> attempts, StopReason reason) {
        return new Effect.Stop(record.id, record.incarnation, attempts, reason);
    }

    private long leaseEnd(Moment now) {
        return now.nanos() + rules.lease().toNanos();
    }
}
