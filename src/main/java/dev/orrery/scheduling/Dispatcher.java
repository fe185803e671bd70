package dev.orrery.scheduling;

import dev.orrery.model.AttemptId;
import dev.orrery.model.TaskRange;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.JobEvent;
import dev.orrery.scheduling.policy.Candidate;
import dev.orrery.scheduling.policy.QueueEntry;
import dev.orrery.scheduling.policy.Rules;
import dev.orrery.scheduling.share.Backlog;
import dev.orrery.scheduling.share.Charge;
import dev.orrery.scheduling.share.Head;
import dev.orrery.scheduling.share.Keep;
import dev.orrery.scheduling.share.Review;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Matches queued tasks with workers, one assignment at a time.
 *
 * <p>First every task that a worker can take at once. Then, while attempts are short, some in
 * advance, so that a worker starts its next one without a round trip; about as many as keep its
 * slots busy for {@link #AHEAD}. What was given in advance is asked back when a better task waits,
 * when a namespace far below its share waits, or when another worker has room and nothing else to
 * do. A worker that is kept for a large task gets nothing else.
 */
final class Dispatcher {

    /** How much work a worker holds in advance. */
    private static final Duration AHEAD = Duration.ofMillis(50);

    /** Entries that are looked at for a place in advance; the others wait for their turn. */
    private static final int HEADS_IN_ADVANCE_MAX = 64;

    private final Rules rules;

    Dispatcher(Rules rules) {
        this.rules = rules;
    }

    /** The next assignment or recall, or nothing. */
    Decision dispatch(SchedulerState state, Moment now) {
        Backlog backlog = state.backlog();
        if (!backlog.isAnyWaiting()) {
            return recallForIdle(state, now);
        }
        if (backlog.kinds().anyOpen()) {
            Optional<Decision> atOnce = backlog.first(head -> atOnce(state, now, head));
            if (atOnce.isPresent()) {
                return atOnce.get();
            }
        }
        if (backlog.overtaking().isPossible() && state.heldInAdvance() > 0) {
            Optional<Decision> recall = recallOvertaken(state, now);
            if (recall.isPresent()) {
                return recall.get();
            }
        }
        backlog.overtaking().isOver();
        return inAdvance(state, now).orElse(Decision.NOTHING);
    }

    private static Optional<Decision> atOnce(SchedulerState state, Moment now, Head head) {
        QueueEntry entry = head.entry();
        if (state.backlog().kinds().isFull(entry.demand())) {
            return Optional.empty();
        }
        List<Candidate> withRoom = state.pool().withRoom(entry.demand());
        if (withRoom.isEmpty()) {
            state.backlog().kinds().isFullNow(entry.demand());
            return Optional.empty();
        }
        return state.policies()
                .placement()
                .choose(entry.demand(), notKept(state, withRoom, head))
                .map(worker -> assign(state, now, entry, worker));
    }

    /** Without those that are kept for somebody else. */
    private static List<Candidate> notKept(
            SchedulerState state, List<Candidate> candidates, Head head) {
        return state.backlog().keeps().isEmpty()
                ? candidates
                : candidates.stream().filter(it -> mayTake(state, it.worker(), head)).toList();
    }

    private static boolean mayTake(SchedulerState state, WorkerId worker, Head head) {
        Optional<Keep> keep = state.backlog().keeps().of(worker);
        return keep.isEmpty()
                || (keep.get().namespace().equals(head.namespace())
                        && keep.get().demand().equals(head.entry().demand()));
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

    private Optional<Decision> inAdvance(SchedulerState state, Moment now) {
        long perSlot = inAdvancePerSlot(state);
        if (perSlot == 0) {
            return Optional.empty();
        }
        int[] left = {HEADS_IN_ADVANCE_MAX};
        return state.backlog()
                .first(head -> {
                    left[0]--;
                    QueueEntry entry = head.entry();
                    if (left[0] < 0 || entry.demand().exclusive() || hasDeadline(state, entry)) {
                        return Optional.empty();
                    }
                    return leastAhead(state, head, perSlot)
                            .map(worker -> assign(state, now, entry, worker));
                });
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

    private Optional<WorkerId> leastAhead(SchedulerState state, Head head, long perSlot) {
        for (Candidate candidate : state.pool().byAdvance()) {
            if (candidate.inAdvance() >= rules.prefetchMax()) {
                return Optional.empty();
            }
            if (candidate.open()
                    && !candidate.taken()
                    && candidate.inAdvance() < inAdvanceMax(candidate, perSlot)
                    && candidate.suits(head.entry().demand())
                    && state.backlog().keeps().of(candidate.worker()).isEmpty()
                    && keepsOrder(state, candidate.worker(), head)) {
                return Optional.of(candidate.worker());
            }
        }
        return Optional.empty();
    }

    private long inAdvanceMax(Candidate candidate, long perSlot) {
        return Math.min(rules.prefetchMax(), perSlot * candidate.offer().slots());
    }

    /**
     * Whether nothing of the same namespace that the worker holds in advance goes after this entry.
     */
    private static boolean keepsOrder(SchedulerState state, WorkerId worker, Head head) {
        return state.worker(worker)
                .flatMap(WorkerRecord::latestInAdvance)
                .map(attempt -> state.job(attempt.job()).orElseThrow())
                .filter(job -> job.spec.namespace().equals(head.namespace()))
                .map(job -> job.key.compareTo(head.entry().key()) <= 0)
                .orElse(true);
    }

    /** Asks back what a waiting task goes before: by the order, or by its namespace's share. */
    private static Optional<Decision> recallOvertaken(SchedulerState state, Moment now) {
        int[] left = {HEADS_IN_ADVANCE_MAX};
        return state.backlog()
                .first(head -> {
                    left[0]--;
                    if (left[0] < 0) {
                        return Optional.empty();
                    }
                    for (WorkerRecord record : state.workers()) {
                        List<AttemptId> wanted = overtaken(state, record, head);
                        if (!wanted.isEmpty()) {
                            return Optional.of(recalled(state, now, record, wanted));
                        }
                    }
                    return Optional.empty();
                });
    }

    private static List<AttemptId> overtaken(SchedulerState state, WorkerRecord record, Head head) {
        List<AttemptId> recallable = record.recallable();
        List<AttemptId> overtaken =
                recallable.stream().filter(it -> isOvertaken(state, it, head)).toList();
        if (!overtaken.isEmpty() || recallable.isEmpty()) {
            return overtaken;
        }
        boolean mayTake =
                state.backlog().shares().isShared()
                        && !record.isAskedBack()
                        && record.candidate(state.isDrained(record.id))
                                .filter(it -> it.open() && it.suits(head.entry().demand()))
                                .isPresent();
        return mayTake ? aboveShare(state, recallable, head) : List.of();
    }

    /**
     * Whether a task of the same namespace, that the same workers could run, waits although it goes
     * before this one.
     */
    private static boolean isOvertaken(SchedulerState state, AttemptId attempt, Head head) {
        LiveJob job = state.job(attempt.job()).orElseThrow();
        return head.entry().key().compareTo(job.key) < 0
                && head.namespace().equals(job.spec.namespace())
                && head.entry().demand().equals(job.demand);
    }

    /** So much of what others were given that the shares would still not be turned round. */
    private static List<AttemptId> aboveShare(
            SchedulerState state, List<AttemptId> recallable, Head head) {
        Charge charge = Charge.of(head.entry().demand().resources());
        List<AttemptId> wanted = new ArrayList<>();
        for (AttemptId attempt : recallable) {
            LiveJob job = state.job(attempt.job()).orElseThrow();
            boolean far =
                    !job.spec.namespace().equals(head.namespace())
                            && state.backlog()
                                    .shares()
                                    .mayTakeFrom(
                                            head.namespace(),
                                            job.spec.namespace(),
                                            charge,
                                            wanted.size() + 1);
            if (!far || wanted.size() >= head.entry().tasks().size()) {
                break;
            }
            wanted.add(attempt);
        }
        return wanted;
    }

    private static Decision recallForIdle(SchedulerState state, Moment now) {
        if (state.heldInAdvance() == 0) {
            return Decision.NOTHING;
        }
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

    /** Keeps workers for tasks that others would pass over for ever. */
    void keepForLarge(SchedulerState state, Draft draft, Moment now) {
        if (!state.backlog().isAnyWaiting() && state.backlog().keeps().isEmpty()) {
            return;
        }
        List<Candidate> leased =
                state.pool().all().stream()
                        .filter(it -> state.worker(it.worker()).orElseThrow().isLeased(now))
                        .toList();
        Review review =
                Review.of(state.backlog(), leased, rules.sharing().reservationAfter(), now.nanos());
        review.freed().forEach(worker -> draft.event(new StateEvent.Freed(worker)));
        review.watches().forEach(watch -> draft.event(new StateEvent.Watched(watch)));
        for (Keep keep : review.keeps()) {
            draft.event(new StateEvent.Kept(keep));
            WorkerRecord record = state.worker(keep.worker()).orElseThrow();
            WorkerDecisions.recall(draft, record, record.recallable());
        }
    }
}
