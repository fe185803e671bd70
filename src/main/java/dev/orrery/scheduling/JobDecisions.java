package dev.orrery.scheduling;

import dev.orrery.model.JobSpec;
import dev.orrery.model.Outcome.StopReason;
import dev.orrery.model.Problem;
import dev.orrery.model.ProblemCode;
import dev.orrery.model.TaskRange;
import dev.orrery.model.TaskStatus;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.DurableEvent;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.LoadedState.EndedJob;
import dev.orrery.protocol.LoadedState.Submission;
import dev.orrery.protocol.SchedulerReply;
import dev.orrery.protocol.SchedulerRequest;
import dev.orrery.scheduling.policy.Rules;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** What follows when somebody asks for something about a job, and when a job's time comes. */
final class JobDecisions {

    /** So many tasks change in one step when many alarms are due together; the rest follow. */
    private static final int ALARMS_MAX = 1_000;

    private final Rules rules;

    JobDecisions(Rules rules) {
        this.rules = rules;
    }

    Decision submit(
            SchedulerState state, long replyTo, SchedulerRequest.Submit request, Moment now) {
        JobSpec spec = request.spec();
        Optional<Submission> earlier =
                request.idempotencyKey()
                        .flatMap(key -> state.submissions().find(spec.namespace(), key.key()))
                        .filter(it -> it.at().isAfter(now.wall().minus(rules.idempotencyTtl())));
        if (earlier.isPresent()) {
            return Decision.reply(new Effect.Reply(replyTo, replay(earlier.get(), request)));
        }
        Optional<Long> same = state.numberOf(request.job());
        if (same.isPresent()) {
            return accepted(replyTo, request, same.get());
        }
        Optional<Problem> refusal = refusal(state, spec, now);
        if (refusal.isPresent()) {
            return refused(replyTo, refusal.get());
        }
        long number = state.nextNumber(spec.namespace());
        JobEvent opening = opening(request, number, now);
        return new Decision(
                List.of(new StateEvent.Durable(opening, Optional.of(spec.namespace()))),
                accepted(replyTo, request, number).effects());
    }

    private static Decision accepted(long replyTo, SchedulerRequest.Submit request, long number) {
        return Decision.reply(
                new Effect.Reply(
                        replyTo, new SchedulerReply.Accepted(request.job(), number, false)));
    }

    private static JobEvent opening(SchedulerRequest.Submit request, long number, Moment now) {
        JobEvent.Submitted change =
                new JobEvent.Submitted(request.spec(), number, request.idempotencyKey());
        TaskStatus status = LiveJob.first(request.spec(), now.wall()).status();
        return new JobEvent(request.job(), 1, now.wall(), status, change);
    }

    private static SchedulerReply replay(Submission earlier, SchedulerRequest.Submit request) {
        boolean same =
                request.idempotencyKey()
                        .filter(key -> key.bodyHash().equals(earlier.key().bodyHash()))
                        .isPresent();
        if (same) {
            return new SchedulerReply.Accepted(earlier.job(), earlier.number(), true);
        }
        return new SchedulerReply.Refused(
                Problem.ofField(
                        ProblemCode.IDEMPOTENCY_MISMATCH,
                        "Idempotency-Key",
                        "The key was used for job " + earlier.job() + " with another body.",
                        "Use a new key for a new job, or send the same body again."));
    }

    Optional<Problem> refusal(SchedulerState state, JobSpec spec, Moment now) {
        if (spec.deadline().filter(at -> !at.isAfter(now.wall())).isPresent()) {
            return Optional.of(
                    Problem.ofField(
                            ProblemCode.DEADLINE_EXPIRED,
                            "deadline",
                            "The deadline " + spec.deadline().get() + " has passed.",
                            "Give a deadline in the future, or none."));
        }
        Optional<Problem> capacity = state.policies().capacity().refusal(spec, rules.taskMax());
        if (capacity.isPresent()) {
            return capacity;
        }
        long waiting = state.count(TaskStatus.QUEUED) + state.count(TaskStatus.WAITING);
        if (waiting + spec.size() > rules.queueMax()) {
            return Optional.of(
                    Problem.of(
                            ProblemCode.TOO_MANY,
                            "The queue holds " + waiting + " of " + rules.queueMax() + " tasks.",
                            "Try again later; the Retry-After header says when."));
        }
        return Optional.empty();
    }

    Decision cancel(
            SchedulerState state, long replyTo, SchedulerRequest.Cancel request, Moment now) {
        Optional<LiveJob> live = state.job(request.job());
        if (live.isEmpty()) {
            return refused(
                    replyTo,
                    Problem.of(
                            ProblemCode.CONFLICT,
                            "The job has ended.",
                            "Only a job that has not ended can be cancelled."));
        }
        Draft draft = new Draft(state, now);
        for (TaskMap.Segment segment : live.get().tasks.all()) {
            cancel(draft, live.get(), segment, request.by());
        }
        stopAll(state, draft, live.get());
        draft.effect(new Effect.Reply(replyTo, new SchedulerReply.Done()));
        return draft.decided();
    }

    private static void cancel(Draft draft, LiveJob job, TaskMap.Segment segment, String by) {
        TaskRange range = job.range(segment);
        switch (segment.state()) {
            case TaskState.Waiting it -> draft.change(job.id, cancelled(range));
            case TaskState.Queued it -> draft.change(job.id, cancelled(range));
            case TaskState.Assigned it ->
                    draft.change(job.id, new JobEvent.CancelRequested(range, by));
            case TaskState.Running it ->
                    draft.change(job.id, new JobEvent.CancelRequested(range, by));
            case TaskState.Cancelling it -> {}
            case TaskState.Over it -> {}
        }
    }

    private static JobEvent.Ended cancelled(TaskRange range) {
        return new JobEvent.Ended(range, TaskStatus.CANCELLED, "cancelled");
    }

    /** Tells each worker that holds attempts of a job to stop them. */
    private static void stopAll(SchedulerState state, Draft draft, LiveJob job) {
        TreeSet<WorkerId> holders = new TreeSet<>();
        for (TaskMap.Segment segment : job.tasks.all()) {
            SchedulerState.holder(segment.state()).ifPresent(holders::add);
        }
        for (WorkerId holder : holders) {
            WorkerRecord record = state.worker(holder).orElseThrow();
            draft.effect(
                    new Effect.Stop(
                            record.id,
                            record.incarnation,
                            record.attemptsOf(job.id),
                            StopReason.CANCELLED));
        }
    }

    Decision retry(SchedulerState state, long replyTo, SchedulerRequest.Retry request, Moment now) {
        if (state.job(request.job()).isPresent()) {
            return refused(
                    replyTo,
                    Problem.of(
                            ProblemCode.CONFLICT,
                            "The job has not ended.",
                            "Cancel it first, or wait for its end."));
        }
        Optional<JobHistory> history = JobHistory.of(request.history());
        boolean purged = state.ended().find(request.job()).filter(EndedJob::isPurged).isPresent();
        if (purged || history.isEmpty()) {
            return refused(
                    replyTo,
                    Problem.of(
                            ProblemCode.NOT_FOUND,
                            "The job's history is not kept any more.",
                            "Submit the job again."));
        }
        if (!isNewest(state, request, history.get())) {
            return refused(
                    replyTo,
                    Problem.of(
                            ProblemCode.CONFLICT,
                            "The job has changed since its history was read.",
                            "Look at its status, and retry it again if it has ended."));
        }
        return refusal(state, history.get().spec(), now)
                .map(problem -> refused(replyTo, problem))
                .orElseGet(() -> nextRound(replyTo, request, history.get(), now));
    }

    /** Whether the history reaches to the end of the last round. */
    private static boolean isNewest(
            SchedulerState state, SchedulerRequest.Retry request, JobHistory history) {
        return request.history().getLast().status().isTerminal()
                && state.ended()
                        .find(request.job())
                        .filter(known -> known.lastSeq() != history.lastSeq())
                        .isEmpty();
    }

    private static Decision nextRound(
            long replyTo, SchedulerRequest.Retry request, JobHistory history, Moment now) {
        TaskRange all = new TaskRange(request.job(), 0, history.spec().size() - 1);
        JobEvent.Retried change =
                new JobEvent.Retried(
                        all,
                        history.spec(),
                        history.number(),
                        history.round() + 1,
                        history.attempts(),
                        request.by());
        JobEvent event =
                new JobEvent(
                        request.job(),
                        history.lastSeq() + 1,
                        now.wall(),
                        TaskStatus.QUEUED,
                        change);
        return new Decision(
                List.of(new StateEvent.Durable(event, Optional.of(history.spec().namespace()))),
                List.of(new Effect.Reply(replyTo, new SchedulerReply.Done())));
    }

    Decision purge(SchedulerState state, long replyTo, SchedulerRequest.Purge request, Moment now) {
        boolean live = request.jobs().stream().anyMatch(job -> state.job(job).isPresent());
        if (live) {
            return refused(
                    replyTo,
                    Problem.of(
                            ProblemCode.CONFLICT,
                            "The job has not ended.",
                            "Cancel it first, or wait for its end."));
        }
        Draft draft = new Draft(state, now);
        draft.durable(new DurableEvent.JobsPurged(request.jobs()));
        draft.effect(new Effect.Reply(replyTo, new SchedulerReply.Done()));
        return draft.decided();
    }

    /** Lets delays and back-offs end, deadlines pass, and old idempotency keys go. */
    void ringAlarms(SchedulerState state, Draft draft, Moment now) {
        for (Alarms.Alarm alarm : state.alarms().due(now.wall(), ALARMS_MAX)) {
            LiveJob job = draft.job(alarm.tasks().job());
            boolean late = job.spec.deadline().filter(at -> !at.isAfter(now.wall())).isPresent();
            TaskState current = job.tasks.get(alarm.tasks().first());
            if (current instanceof TaskState.Over) {
                continue;
            }
            draft.change(
                    job.id,
                    late
                            ? new JobEvent.Ended(alarm.tasks(), TaskStatus.EXPIRED, "deadline")
                            : new JobEvent.Released(alarm.tasks()));
        }
        Instant forgetBefore = now.wall().minus(rules.idempotencyTtl());
        if (state.submissions().oldest().filter(forgetBefore::isAfter).isPresent()) {
            draft.event(new StateEvent.SubmissionsForgotten(forgetBefore));
        }
    }

    private static Decision refused(long replyTo, Problem problem) {
        return Decision.reply(new Effect.Reply(replyTo, new SchedulerReply.Refused(problem)));
    }
}
