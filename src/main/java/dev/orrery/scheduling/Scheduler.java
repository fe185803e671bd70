package dev.orrery.scheduling;

import dev.orrery.model.JobId;
import dev.orrery.model.JobSpec;
import dev.orrery.model.Namespace;
import dev.orrery.model.Problem;
import dev.orrery.protocol.DurableEvent;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.SchedulerRequest;
import dev.orrery.protocol.WorkerMessage;
import dev.orrery.scheduling.policy.Rules;
import dev.orrery.scheduling.schedule.ScheduleDecisions;

import java.util.Optional;

/** Decides what follows from an input. Changes nothing; the same arguments, the same decision. */
final class Scheduler {

    private final JobDecisions jobs;
    private final WorkerDecisions workers;
    private final Explainer explainer;
    private final Dispatcher dispatcher;

    Scheduler(Rules rules, Dispatcher dispatcher) {
        this.dispatcher = dispatcher;
        this.jobs = new JobDecisions(rules);
        this.workers = new WorkerDecisions(rules);
        this.explainer = new Explainer();
    }

    Decision decide(SchedulerState state, Input input, Moment now, long epoch) {
        return switch (input) {
            case Input.Asked(long replyTo, SchedulerRequest request) ->
                    asked(state, replyTo, request, now, epoch);
            case Input.Told(long replyTo, WorkerMessage message) ->
                    told(state, replyTo, message, now, epoch);
            case Input.Tick tick -> {
                Draft draft = new Draft(state, now);
                workers.loseExpired(state, draft, now);
                jobs.ringAlarms(state, draft, now);
                fireSchedules(state, draft, now);
                dispatcher.keepForLarge(state, draft, now);
                yield draft.decided();
            }
        };
    }

    private Decision asked(
            SchedulerState state, long replyTo, SchedulerRequest request, Moment now, long epoch) {
        return switch (request) {
            case SchedulerRequest.Submit it -> jobs.submit(state, replyTo, it, now);
            case SchedulerRequest.Cancel it -> jobs.cancel(state, replyTo, it, now);
            case SchedulerRequest.Retry it -> jobs.retry(state, replyTo, it, now);
            case SchedulerRequest.Purge it -> jobs.purge(state, replyTo, it, now);
            case SchedulerRequest.SetDrain it -> workers.setDrain(state, replyTo, it, now);
            case SchedulerRequest.Explain it ->
                    Decision.reply(
                            new Effect.Reply(replyTo, explainer.explain(state, it.job(), now)));
            case SchedulerRequest.DescribeCluster it ->
                    Decision.reply(
                            new Effect.Reply(replyTo, explainer.describe(state, now, epoch)));
            case SchedulerRequest.OfSchedule it -> {
                Draft draft = new Draft(state, now);
                ScheduleDecisions schedules = schedules(state, now);
                draft.effect(new Effect.Reply(replyTo, schedules.asked(it)));
                add(schedules.decided(), draft);
                yield draft.decided();
            }
            case SchedulerRequest.SubmitMany it ->
                    throw new IllegalStateException("the machine takes them one by one: " + it);
        };
    }

    private void fireSchedules(SchedulerState state, Draft draft, Moment now) {
        if (state.schedules().nextAlarm().filter(at -> !at.isAfter(now.wall())).isPresent()) {
            add(schedules(state, now).fireDue(), draft);
        }
    }

    private static void add(ScheduleDecisions.Decided decided, Draft draft) {
        for (DurableEvent event : decided.events()) {
            draft.event(
                    event instanceof JobEvent opening
                            ? new StateEvent.Durable(
                                    opening, Optional.of(LiveJob.specOf(opening).namespace()))
                            : new StateEvent.Durable(event));
        }
        decided.held()
                .forEach(it -> draft.event(new StateEvent.ScheduleHeld(it.schedule(), it.until())));
    }

    private ScheduleDecisions schedules(SchedulerState state, Moment now) {
        ScheduleDecisions.Jobs known =
                new ScheduleDecisions.Jobs() {
                    @Override
                    public boolean isLive(JobId job) {
                        return state.job(job).isPresent();
                    }

                    @Override
                    public Optional<Long> numberOf(JobId job) {
                        return state.numberOf(job);
                    }

                    @Override
                    public long nextNumber(Namespace namespace) {
                        return state.nextNumber(namespace);
                    }

                    @Override
                    public Optional<Problem> refusal(JobSpec spec) {
                        return jobs.refusal(state, spec, now);
                    }
                };
        return new ScheduleDecisions(state.schedules(), known, now.wall());
    }

    private Decision told(
            SchedulerState state, long replyTo, WorkerMessage message, Moment now, long epoch) {
        return switch (message) {
            case WorkerMessage.Hello it -> workers.hello(state, replyTo, it, now, epoch);
            case WorkerMessage.Heartbeat it -> workers.heartbeat(state, replyTo, it, now, epoch);
            case WorkerMessage.Reports it -> workers.reports(state, replyTo, it, now, epoch);
            case WorkerMessage.Goodbye it -> workers.goodbye(state, replyTo, it, now, epoch);
        };
    }
}
