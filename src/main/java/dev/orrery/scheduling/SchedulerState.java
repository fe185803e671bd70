package dev.orrery.scheduling;

import dev.orrery.model.AttemptId;
import dev.orrery.model.JobId;
import dev.orrery.model.JobSpec;
import dev.orrery.model.Namespace;
import dev.orrery.model.TaskRange;
import dev.orrery.model.TaskStatus;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.DurableEvent;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.JobEvent.Change;
import dev.orrery.protocol.LoadedState;
import dev.orrery.protocol.LoadedState.EndedJob;
import dev.orrery.protocol.LoadedState.Submission;
import dev.orrery.scheduling.memory.EndedJobs;
import dev.orrery.scheduling.memory.Submissions;
import dev.orrery.scheduling.policy.Policies;
import dev.orrery.scheduling.policy.QueueEntry;
import dev.orrery.scheduling.policy.Rules.Sharing;
import dev.orrery.scheduling.policy.WorkerPool;
import dev.orrery.scheduling.schedule.Schedules;
import dev.orrery.scheduling.share.Backlog;
import dev.orrery.scheduling.share.RunTimes;

import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * All that a leader knows. Only {@code apply} changes it, live and when loading alike.
 *
 * <p>The queue, the alarms, the pool and the counts are indexes over the states of the tasks: every
 * change takes the old state of a task out of them and puts the new one in.
 */
final class SchedulerState {

    private final Policies policies;

    /** Hashed: with a million jobs each step down a tree would be a miss of the cache. */
    private final Map<JobId, LiveJob> jobs = new LinkedHashMap<>();

    private final Map<Namespace, Long> numbers = new TreeMap<>();
    private final Map<WorkerId, WorkerRecord> workers = new TreeMap<>();
    private final TreeSet<WorkerId> drained = new TreeSet<>();
    private final Alarms alarms = new Alarms();
    private final Map<TaskStatus, Long> counts = new EnumMap<>(TaskStatus.class);
    private final Submissions submissions = new Submissions();
    private final WorkerRecord.Departures departures = new WorkerRecord.Departures();
    private final EndedJobs ended = new EndedJobs();
    private final Schedules schedules = new Schedules();
    private final RunTimes runTimes = new RunTimes();
    private final Backlog backlog;
    private final WorkerPool pool;
    private long changes;
    private long heldInAdvance;
    private long arrivals;
    private long uses;
    private long leaseEndOfAwaited;

    SchedulerState(Policies policies, Sharing sharing) {
        this.policies = policies;
        this.backlog = new Backlog(sharing, policies.queue());
        this.pool = policies.pool().get();
    }

    /**
     * The state that the store tells of; every worker it names gets a full lease from now.
     *
     * @param leaseEnd on the monotonic clock, in nanoseconds
     */
    static SchedulerState restore(
            Policies policies, Sharing sharing, LoadedState loaded, long leaseEnd) {
        SchedulerState state = new SchedulerState(policies, sharing);
        state.leaseEndOfAwaited = leaseEnd;
        state.numbers.putAll(loaded.numbers());
        state.drained.addAll(loaded.draining());
        loaded.live().forEach(events -> events.forEach(state::applyJobEvent));
        loaded.submissions().forEach(state.submissions::add);
        loaded.ended().forEach(state.ended::add);
        state.schedules.restore(loaded.schedules());
        state.workers.values().removeIf(record -> record.attempts().isEmpty());
        state.counts.keySet().removeIf(TaskStatus::isTerminal);
        return state;
    }

    void apply(StateEvent event) {
        boolean isHeartbeat = event instanceof StateEvent.LeaseRenewed;
        changes += isHeartbeat ? 0 : 1;
        switch (event) {
            case StateEvent.Durable durable -> applyDurable(durable.event());
            case StateEvent.WorkerJoined it -> {
                WorkerRecord record = incarnation(it.worker(), it.incarnation(), it.leaseEnd());
                record.joined(it.session(), it.offer(), it.leaseEnd(), it.heardAt());
                backlog.offered(it.worker(), it.offer());
                record.exclusives().forEach(attempt -> recharge(record, attempt));
                refresh(record);
            }
            case StateEvent.LeaseRenewed it -> {
                WorkerRecord record = worker(it.worker()).orElseThrow();
                boolean changed = record.drainingItself() != it.drainingItself();
                record.renewed(it.leaseEnd(), it.drainingItself(), it.heardAt());
                if (changed) {
                    refresh(record);
                }
            }
            case StateEvent.WorkerLeft it -> {
                worker(it.worker()).ifPresent(departures::add);
                workers.remove(it.worker());
                pool.remove(it.worker());
                backlog.withdrawn(it.worker());
            }
            case StateEvent.Recalled it ->
                    worker(it.worker()).orElseThrow().recalled(it.attempts());
            case StateEvent.Watched it -> backlog.watch(it.watch());
            case StateEvent.Kept it -> backlog.keep(it.keep());
            case StateEvent.Freed it -> backlog.free(it.worker());
            case StateEvent.SubmissionsForgotten it -> submissions.forgetBefore(it.before());
            case StateEvent.ScheduleHeld it -> schedules.hold(it.schedule(), it.until());
        }
    }

    private void applyDurable(DurableEvent event) {
        switch (event) {
            case JobEvent it -> applyJobEvent(it);
            case DurableEvent.WorkerDrainSet it -> {
                if (it.draining()) {
                    drained.add(it.worker());
                } else {
                    drained.remove(it.worker());
                }
                worker(it.worker()).ifPresent(this::refresh);
            }
            case DurableEvent.JobsPurged it -> it.jobs().forEach(ended::purged);
            case DurableEvent.ScheduleChanged it -> schedules.apply(it);
        }
    }

    private void applyJobEvent(JobEvent event) {
        LiveJob job = jobs.get(event.job());
        if (job == null) {
            open(event);
            return;
        }
        TaskRange range = LiveJob.rangeOf(event.change());
        job.tasks.around(range.first(), range.last()).forEach(it -> unindex(job, it));
        hold(job, event.change());
        job.apply(event);
        job.tasks.around(range.first(), range.last()).forEach(it -> index(job, it));
        backlog.settle(job.spec.namespace());
        if (event.change() instanceof JobEvent.AttemptEnded it) {
            it.result().startedAt().ifPresent(at -> runTimes.see(it.result().usage().wall()));
        }
        if (event.status().isTerminal()) {
            jobs.remove(job.id);
            ended.add(new EndedJob(job.id, job.number, event.seq()));
        }
    }

    private void open(JobEvent event) {
        arrivals++;
        LiveJob job =
                LiveJob.opened(event, policies.prioritizer().key(LiveJob.specOf(event), arrivals));
        jobs.put(job.id, job);
        ended.forget(job.id);
        job.tasks.all().forEach(it -> index(job, it));
        if (event.change() instanceof JobEvent.Submitted it) {
            numbers.merge(it.spec().namespace(), it.number(), Math::max);
            it.idempotencyKey()
                    .ifPresent(key ->
                            submissions.add(
                                    new Submission(
                                            it.spec().namespace(),
                                            key,
                                            job.id,
                                            it.number(),
                                            event.at())));
        }
    }

    private void index(LiveJob job, TaskMap.Segment segment) {
        counts.merge(segment.state().status(), (long) job.range(segment).size(), Long::sum);
        switch (segment.state()) {
            case TaskState.Waiting it -> alarms.add(job, segment);
            case TaskState.Queued it -> {
                backlog.add(entry(job, segment), job.spec);
                alarms.add(job, segment);
            }
            case TaskState.Assigned _, TaskState.Running _, TaskState.Cancelling _ -> {}
            case TaskState.Over _ -> {}
        }
    }

    private void unindex(LiveJob job, TaskMap.Segment segment) {
        counts.merge(segment.state().status(), -(long) job.range(segment).size(), Long::sum);
        switch (segment.state()) {
            case TaskState.Waiting it -> alarms.remove(job, segment);
            case TaskState.Queued it -> {
                backlog.remove(entry(job, segment), job.spec);
                alarms.remove(job, segment);
            }
            case TaskState.Assigned _, TaskState.Running _, TaskState.Cancelling _ -> {}
            case TaskState.Over _ -> {}
        }
    }

    /** Keeps the workers' lists of what they hold in step with a change. */
    private void hold(LiveJob job, Change change) {
        switch (change) {
            case JobEvent.Assigned it ->
                    give(
                            job,
                            it.worker(),
                            it.incarnation(),
                            new AttemptId(it.tasks(), it.attempt()));
            case JobEvent.Unassigned it -> take(job, it.tasks(), it.attempt());
            case JobEvent.AttemptEnded it -> take(job, it.tasks(), it.attempt());
            case JobEvent.Ended it -> takeAll(job, it.tasks());
            case JobEvent.Submitted it -> {}
            case JobEvent.Retried it -> {}
            case JobEvent.Released it -> {}
            case JobEvent.Started it -> {}
            case JobEvent.CancelRequested it -> {}
        }
    }

    private void give(LiveJob job, WorkerId id, long incarnation, AttemptId attempt) {
        uses++;
        WorkerRecord record = incarnation(id, incarnation, leaseEndOfAwaited);
        backlog.hold(job.id, job.spec, record.add(attempt, job.demand, uses));
        backlog.went(job.spec.namespace(), job.demand);
        refresh(record);
        backlog.overtaking().gave(job.key, heldInAdvance > 0);
    }

    /** The record of a worker, begun anew when this life of it is later than the known one. */
    private WorkerRecord incarnation(WorkerId id, long incarnation, long leaseEnd) {
        WorkerRecord known = workers.get(id);
        if (known != null && known.incarnation >= incarnation) {
            return known;
        }
        WorkerRecord record = new WorkerRecord(id, incarnation, leaseEnd);
        workers.put(id, record);
        return record;
    }

    private void take(LiveJob job, TaskRange tasks, int attempt) {
        holder(job.tasks.get(tasks.first()))
                .flatMap(this::worker)
                .ifPresent(record -> {
                    record.remove(new AttemptId(tasks, attempt))
                            .ifPresent(charge -> backlog.release(job.id, job.spec, charge));
                    refresh(record);
                });
    }

    /** What wants a worker for itself counts for all that the worker offers now. */
    private void recharge(WorkerRecord record, AttemptId attempt) {
        JobSpec spec = job(attempt.job()).orElseThrow().spec;
        backlog.recharge(spec, record.chargeOf(attempt), record.recharge(attempt));
    }

    private void takeAll(LiveJob job, TaskRange tasks) {
        for (TaskMap.Segment segment : job.tasks.within(tasks.first(), tasks.last())) {
            take(job, job.range(segment), segment.state().tally().attempts());
        }
    }

    /** The worker that a task is held by. */
    static Optional<WorkerId> holder(TaskState state) {
        return switch (state) {
            case TaskState.Assigned it -> Optional.of(it.worker());
            case TaskState.Running it -> Optional.of(it.worker());
            case TaskState.Cancelling it -> Optional.of(it.worker());
            case TaskState.Waiting it -> Optional.empty();
            case TaskState.Queued it -> Optional.empty();
            case TaskState.Over it -> Optional.empty();
        };
    }

    private void refresh(WorkerRecord record) {
        heldInAdvance += record.moreInAdvance();
        record.candidate(drained.contains(record.id))
                .ifPresent(candidate -> {
                    pool.put(candidate);
                    backlog.changed(candidate, pool.offersWhoeverHasRoom());
                    changes++;
                });
    }

    /** The queue's entry of a queued segment. */
    static QueueEntry entry(LiveJob job, TaskMap.Segment segment) {
        return new QueueEntry(job.key, job.range(segment), job.demand);
    }

    Optional<LiveJob> job(JobId id) {
        return Optional.ofNullable(jobs.get(id));
    }

    /** The number of a job that has not ended, or ended lately. */
    Optional<Long> numberOf(JobId id) {
        return job(id).map(job -> job.number).or(() -> ended.find(id).map(EndedJob::number));
    }

    /** All jobs that have not ended, by id. */
    List<LiveJob> jobs() {
        return jobs.values().stream().sorted(Comparator.comparing(job -> job.id)).toList();
    }

    /** The last that was heard of a worker that left this leader. */
    Optional<WorkerRecord.Departures.Departure> departure(WorkerId id) {
        return departures.of(id);
    }

    Optional<WorkerRecord> worker(WorkerId id) {
        return Optional.ofNullable(workers.get(id));
    }

    Collection<WorkerRecord> workers() {
        return Collections.unmodifiableCollection(workers.values());
    }

    boolean isDrained(WorkerId id) {
        return drained.contains(id);
    }

    long nextNumber(Namespace namespace) {
        return numbers.getOrDefault(namespace, 0L) + 1;
    }

    Submissions submissions() {
        return submissions;
    }

    EndedJobs ended() {
        return ended;
    }

    Backlog backlog() {
        return backlog;
    }

    /** Attempts that workers were given in advance. */
    long heldInAdvance() {
        return heldInAdvance;
    }

    /** Grows with every change after which something else may go. */
    long changes() {
        return changes;
    }

    WorkerPool pool() {
        return pool;
    }

    Policies policies() {
        return policies;
    }

    long count(TaskStatus status) {
        return counts.getOrDefault(status, 0L);
    }

    Schedules schedules() {
        return schedules;
    }

    Alarms alarms() {
        return alarms;
    }

    /** Mean wall time of late attempts in nanoseconds; empty before the first end. */
    OptionalLong meanRunNanos() {
        return runTimes.mean();
    }
}
