package dev.orrery.scheduling;

import dev.orrery.model.AttemptId;
import dev.orrery.model.JobId;
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
import dev.orrery.scheduling.policy.Policies;
import dev.orrery.scheduling.policy.QueueEntry;
import dev.orrery.scheduling.policy.QueuePolicy;
import dev.orrery.scheduling.policy.WorkerPool;
import dev.orrery.scheduling.schedule.Schedules;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
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

    private static final int MEAN_OVER = 16;

    /** Longer runs count as this long; it only has to be far above the limit of prefetching. */
    private static final Duration RUN_TIME_MAX = Duration.ofDays(1);

    private final Policies policies;
    private final Map<JobId, LiveJob> jobs = new TreeMap<>();
    private final Map<Namespace, Long> numbers = new TreeMap<>();
    private final Map<WorkerId, WorkerRecord> workers = new TreeMap<>();
    private final TreeSet<WorkerId> drained = new TreeSet<>();
    private final TreeSet<Alarm> alarms = new TreeSet<>();
    private final Map<TaskStatus, Long> counts = new EnumMap<>(TaskStatus.class);
    private final Submissions submissions = new Submissions();
    private final WorkerRecord.Departures departures = new WorkerRecord.Departures();
    private final EndedJobs ended = new EndedJobs();
    private final Schedules schedules = new Schedules();
    private final QueuePolicy queue;
    private final WorkerPool pool;
    private long arrivals;
    private long uses;
    private long leaseEndOfAwaited;
    private long meanRunNanos;
    private long endsSeen;

    SchedulerState(Policies policies) {
        this.policies = policies;
        this.queue = policies.queue().get();
        this.pool = policies.pool().get();
    }

    /**
     * The state that the store tells of; every worker it names gets a full lease from now.
     *
     * @param leaseEnd on the monotonic clock, in nanoseconds
     */
    static SchedulerState restore(Policies policies, LoadedState loaded, long leaseEnd) {
        SchedulerState state = new SchedulerState(policies);
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
        switch (event) {
            case StateEvent.Durable durable -> applyDurable(durable.event());
            case StateEvent.WorkerJoined it -> {
                WorkerRecord record = incarnation(it.worker(), it.incarnation(), it.leaseEnd());
                record.joined(it.session(), it.offer(), it.leaseEnd(), it.heardAt());
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
            }
            case StateEvent.Recalled it ->
                    worker(it.worker()).orElseThrow().recalled(it.attempts());
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
        if (event.change() instanceof JobEvent.AttemptEnded it) {
            it.result().startedAt().ifPresent(at -> seeRunTime(it.result().usage().wall()));
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
            case TaskState.Waiting it -> alarms.addAll(alarmsOf(job, segment));
            case TaskState.Queued it -> {
                queue.add(entry(job, segment));
                alarms.addAll(alarmsOf(job, segment));
            }
            case TaskState.Assigned it -> {}
            case TaskState.Running it -> {}
            case TaskState.Cancelling it -> {}
            case TaskState.Over it -> {}
        }
    }

    private void unindex(LiveJob job, TaskMap.Segment segment) {
        counts.merge(segment.state().status(), -(long) job.range(segment).size(), Long::sum);
        switch (segment.state()) {
            case TaskState.Waiting it -> alarms.removeAll(alarmsOf(job, segment));
            case TaskState.Queued it -> {
                queue.remove(entry(job, segment));
                alarms.removeAll(alarmsOf(job, segment));
            }
            case TaskState.Assigned it -> {}
            case TaskState.Running it -> {}
            case TaskState.Cancelling it -> {}
            case TaskState.Over it -> {}
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
        record.add(attempt, job.spec.resources(), uses);
        refresh(record);
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
                    record.remove(new AttemptId(tasks, attempt));
                    refresh(record);
                });
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
        record.candidate(drained.contains(record.id)).ifPresent(pool::put);
    }

    private static QueueEntry entry(LiveJob job, TaskMap.Segment segment) {
        return new QueueEntry(job.key, job.range(segment), job.demand);
    }

    private static List<Alarm> alarmsOf(LiveJob job, TaskMap.Segment segment) {
        List<Alarm> found = new ArrayList<>(2);
        if (segment.state() instanceof TaskState.Waiting waiting) {
            found.add(new Alarm(waiting.until(), job.range(segment)));
        }
        job.spec.deadline().ifPresent(at -> found.add(new Alarm(at, job.range(segment))));
        return found;
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
        return List.copyOf(jobs.values());
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

    QueuePolicy queue() {
        return queue;
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

    /** The queue's entry of a queued segment. */
    QueueEntry queueEntry(LiveJob job, TaskMap.Segment segment) {
        return entry(job, segment);
    }

    Schedules schedules() {
        return schedules;
    }

    Optional<Alarm> nextAlarm() {
        return alarms.isEmpty() ? Optional.empty() : Optional.of(alarms.first());
    }

    /** The alarms that are due, in order, at most so many. */
    List<Alarm> due(Instant now, int max) {
        List<Alarm> found = new ArrayList<>();
        for (Alarm alarm : alarms) {
            if (alarm.at().isAfter(now) || found.size() == max) {
                break;
            }
            found.add(alarm);
        }
        return found;
    }

    /** Mean wall time of late attempts in nanoseconds; empty before the first end. */
    OptionalLong meanRunNanos() {
        return endsSeen == 0 ? OptionalLong.empty() : OptionalLong.of(meanRunNanos);
    }

    private void seeRunTime(Duration wall) {
        long nanos = wall.compareTo(RUN_TIME_MAX) > 0 ? RUN_TIME_MAX.toNanos() : wall.toNanos();
        meanRunNanos = endsSeen == 0 ? nanos : meanRunNanos + (nanos - meanRunNanos) / MEAN_OVER;
        endsSeen++;
    }

    /** A time at which tasks change state by themselves. */
    record Alarm(Instant at, TaskRange tasks) implements Comparable<Alarm> {
        @Override
        public int compareTo(Alarm other) {
            int byTime = at.compareTo(other.at);
            if (byTime != 0) {
                return byTime;
            }
            int byJob = tasks.job().compareTo(other.tasks.job());
            return byJob != 0 ? byJob : Integer.compare(tasks.first(), other.tasks.first());
        }
    }
}
