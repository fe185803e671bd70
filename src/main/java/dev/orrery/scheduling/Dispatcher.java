package dev.orrery.scheduling;

import dev.orrery.model.AttemptId;
import dev.orrery.model.TaskRange;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.JobEvent;
import dev.orrery.scheduling.policy.Candidate;
import dev.orrery.scheduling.policy.PriorityKey;
import dev.orrery.scheduling.policy.QueueEntry;
import dev.orrery.scheduling.policy.Rules;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Matches queued tasks with workers, one assignment at a time.
 *
 * <p>First every task that a worker can take at once. Then, while attempts are short, some in
 * advance, so that a worker starts its next one without a round trip; about as many as keep its
 * slots busy for {@link #AHEAD}. What was given in advance is asked back when a better task waits,
 * or when another worker has room and nothing else to do.
 */
final class Dispatcher {

    /** How much work a worker holds in advance. */
    private static final Duration AHEAD = Duration.ofMillis(50);

    private final Rules rules;

    Dispatcher(Rules rules) {
        this.rules = rules;
    }

    /** The next assignment or recall, or nothing. */
    Decision dispatch(SchedulerState state, Moment now) {
        List<QueueEntry> heads = state.queue().candidates();
        for (QueueEntry head : heads) {
            Optional<WorkerId> worker =
                    state.policies()
                            .placement()
                            .choose(head.demand(), state.pool().withRoom(head.demand()));
            if (worker.isPresent()) {
                return assign(state, now, head, worker.get());
            }
        }
        Optional<Decision> recall = recallOvertaken(state, now, heads);
        if (recall.isPresent()) {
            return recall.get();
        }
        long perSlot = inAdvancePerSlot(state);
        for (QueueEntry head : heads) {
            if (hasDeadline(state, head)) {
                continue;
            }
            Optional<WorkerId> worker = leastAhead(state, head, perSlot);
            if (worker.isPresent()) {
                return assign(state, now, head, worker.get());
            }
        }
        return heads.isEmpty() ? recallForIdle(state, now) : Decision.NOTHING;
    }

    private static Decision assign(
            SchedulerState state, Moment now, QueueEntry head, WorkerId worker) {
        LiveJob job = state.job(head.tasks().job()).orElseThrow();
        WorkerRecord record = state.worker(worker).orElseThrow();
        int index = head.tasks().first();
        int number = job.tasks.get(index).tally().attempts() + 1;
        TaskRange task = new TaskRange(job.id, index, index);
        Draft draft = new Draft(state, now);
        draft.change(job.id, new JobEvent.Assigned(task, number, worker, record.incarnation));
        draft.effect(
                new Effect.Assign(
                        worker,
                        record.incarnation,
                        record.session(),
                        new AttemptId(task, number),
                        job.spec,
                        job.number));
        return draft.decided();
    }

    /** A task that may expire waits in the queue, where its deadline is watched. */
    private static boolean hasDeadline(SchedulerState state, QueueEntry head) {
        return state.job(head.tasks().job()).orElseThrow().spec.deadline().isPresent();
    }

    private long inAdvancePerSlot(SchedulerState state) {
        if (state.meanRunNanos().isEmpty()
                || state.meanRunNanos().getAsLong() >= rules.prefetchBelow().toNanos()) {
            return 0;
        }
        long mean = Math.max(1, state.meanRunNanos().getAsLong());
        return Math.max(1, AHEAD.toNanos() / mean);
    }

    private Optional<WorkerId> leastAhead(SchedulerState state, QueueEntry head, long perSlot) {
        if (perSlot == 0) {
            return Optional.empty();
        }
        Optional<Candidate> least = Optional.empty();
        for (Candidate candidate : state.pool().all()) {
            int limit = least.map(Candidate::inAdvance).orElse(Integer.MAX_VALUE);
            if (candidate.inAdvance() < limit
                    && candidate.open()
                    && candidate.inAdvance() < inAdvanceMax(candidate, perSlot)
                    && candidate.suits(head.demand())
                    && keepsOrder(state, candidate.worker(), head)) {
                least = Optional.of(candidate);
            }
        }
        return least.map(Candidate::worker);
    }

    private long inAdvanceMax(Candidate candidate, long perSlot) {
        return Math.min(rules.prefetchMax(), perSlot * candidate.offer().slots());
    }

    /** Whether nothing that the worker holds in advance goes after this entry. */
    private static boolean keepsOrder(SchedulerState state, WorkerId worker, QueueEntry head) {
        return state.worker(worker)
                .flatMap(WorkerRecord::latestInAdvance)
                .map(attempt -> keyOf(state, attempt).compareTo(head.key()) <= 0)
                .orElse(true);
    }

    private static Optional<Decision> recallOvertaken(
            SchedulerState state, Moment now, List<QueueEntry> heads) {
        for (WorkerRecord record : state.workers()) {
            boolean overtaken =
                    record.latestRecallable()
                            .filter(attempt -> isOvertaken(state, attempt, heads))
                            .isPresent();
            if (overtaken) {
                List<AttemptId> wanted =
                        record.recallable().stream()
                                .filter(attempt -> isOvertaken(state, attempt, heads))
                                .toList();
                return Optional.of(recalled(state, now, record, wanted));
            }
        }
        return Optional.empty();
    }

    private static Decision recallForIdle(SchedulerState state, Moment now) {
        for (WorkerRecord record : state.workers()) {
            boolean roomElsewhere =
                    record.latestRecallable()
                            .flatMap(attempt -> state.job(attempt.job()))
                            .filter(job -> !state.pool().withRoom(job.demand).isEmpty())
                            .isPresent();
            if (roomElsewhere) {
                List<AttemptId> all = record.recallable();
                return recalled(state, now, record, all.subList(0, (all.size() + 1) / 2));
            }
        }
        return Decision.NOTHING;
    }

    private static Decision recalled(
            SchedulerState state, Moment now, WorkerRecord record, List<AttemptId> attempts) {
        Draft draft = new Draft(state, now);
        WorkerDecisions.recall(draft, record, attempts);
        return draft.decided();
    }

    /** Whether a task that the same workers could run waits although it goes before this one. */
    private static boolean isOvertaken(
            SchedulerState state, AttemptId attempt, List<QueueEntry> heads) {
        LiveJob job = state.job(attempt.job()).orElseThrow();
        return heads.stream()
                .anyMatch(head ->
                        head.demand().equals(job.demand) && head.key().compareTo(job.key) < 0);
    }

    private static PriorityKey keyOf(SchedulerState state, AttemptId attempt) {
        return state.job(attempt.job()).orElseThrow().key;
    }
}
