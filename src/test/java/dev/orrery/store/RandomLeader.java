package dev.orrery.store;

import dev.orrery.model.JobId;
import dev.orrery.model.JobSpec;
import dev.orrery.model.Namespace;
import dev.orrery.model.TaskRange;
import dev.orrery.model.TaskStatus;
import dev.orrery.model.WorkerId;
import dev.orrery.model.schedule.KeptSchedules;
import dev.orrery.model.schedule.Schedule;
import dev.orrery.model.schedule.ScheduleChange;
import dev.orrery.model.schedule.ScheduleId;
import dev.orrery.protocol.DurableEvent;
import dev.orrery.protocol.IdempotencyKey;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.LoadedState;
import dev.orrery.protocol.LoadedState.EndedJob;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * A leader that does valid things at random, and the plainest possible memory of them: the
 * reference for what a store must give back.
 */
final class RandomLeader {

    private static final List<String> NAMESPACES = List.of("default", "red", "blue");

    private final RandomGenerator random;
    private final Map<JobId, List<JobEvent>> histories = new LinkedHashMap<>();
    private final TreeMap<Namespace, Long> numbers = new TreeMap<>();
    private final List<LoadedState.Submission> submissions = new ArrayList<>();
    private final TreeSet<WorkerId> draining = new TreeSet<>();
    private final Map<JobId, EndedJob> ended = new LinkedHashMap<>();
    private final TreeMap<ScheduleId, Schedule> schedules = new TreeMap<>();
    private final List<ScheduleId> deleted = new ArrayList<>();
    private Instant now = Histories.START;

    RandomLeader(RandomGenerator random) {
        this.random = random;
    }

    /** The next one to a dozen events. */
    List<DurableEvent> batch() {
        List<DurableEvent> batch = new ArrayList<>();
        int size = 1 + random.nextInt(12);
        while (batch.size() < size) {
            // A wall clock that stands still, steps back, and goes on.
            now = now.plusMillis(random.nextInt(-2, 20));
            batch.add(event());
        }
        return batch;
    }

    /** What {@code load} must give. */
    LoadedState expected() {
        return new LoadedState(
                numbers,
                submissions,
                List.copyOf(draining),
                histories.values().stream()
                        .filter(history -> !history.getLast().status().isTerminal())
                        .toList(),
                List.copyOf(ended.values()),
                new KeptSchedules(List.copyOf(schedules.values()), deleted));
    }

    /** All events of all jobs that are not purged, in order of submission. */
    List<List<JobEvent>> histories() {
        return List.copyOf(histories.values());
    }

    Instant now() {
        return now;
    }

    private DurableEvent event() {
        int choice = random.nextInt(100);
        if (choice < 4) {
            return drain();
        }
        if (choice < 8) {
            Optional<DurableEvent> purge = purge();
            if (purge.isPresent()) {
                return purge.get();
            }
        }
        if (choice < 20) {
            return changeSchedule();
        }
        return choice < 45 || histories.isEmpty() ? remember(submit()) : advanceSomeJob();
    }

    private DurableEvent drain() {
        WorkerId worker = new WorkerId("w-" + random.nextInt(3));
        boolean drain = random.nextBoolean();
        if (drain) {
            draining.add(worker);
        } else {
            draining.remove(worker);
        }
        return new DurableEvent.WorkerDrainSet(worker, drain);
    }

    private DurableEvent changeSchedule() {
        List<Schedule> all = List.copyOf(schedules.values());
        Schedule some = all.isEmpty() ? created() : all.get(random.nextInt(all.size()));
        JobId job = Histories.jobId(random, now);
        ScheduleChange change =
                switch (schedules.containsKey(some.id()) ? random.nextInt(9) : 0) {
                    case 0 -> {
                        some = created();
                        yield new ScheduleChange.Created(some.spec());
                    }
                    case 1 -> new ScheduleChange.Paused("admin");
                    case 2 -> new ScheduleChange.Resumed("admin");
                    case 3 -> new ScheduleChange.Deleted("admin");
                    case 4 -> new ScheduleChange.Triggered(job, "admin");
                    case 5 -> new ScheduleChange.Skipped(now, 3, "missed");
                    default -> new ScheduleChange.Fired(now, job);
                };
        if (change instanceof ScheduleChange.Deleted) {
            schedules.remove(some.id());
            deleted.add(some.id());
        } else {
            schedules.put(some.id(), some.after(change, now));
        }
        return new DurableEvent.ScheduleChanged(some.id(), now, change);
    }

    private Schedule created() {
        ScheduleId id = new ScheduleId(Histories.jobId(random, now).value());
        return Schedule.created(id, now, Histories.schedule("s" + random.nextInt(1_000_000)));
    }

    private Optional<DurableEvent> purge() {
        List<JobId> over =
                histories.values().stream()
                        .filter(history -> history.getLast().status().isTerminal())
                        .map(history -> history.getFirst().job())
                        .limit(2)
                        .toList();
        over.forEach(histories::remove);
        over.forEach(job -> ended.computeIfPresent(job, (id, was) -> was.purged()));
        return over.isEmpty() ? Optional.empty() : Optional.of(new DurableEvent.JobsPurged(over));
    }

    private JobEvent submit() {
        String namespace = NAMESPACES.get(random.nextInt(NAMESPACES.size()));
        JobId job = Histories.jobId(random, now);
        long number = numbers.merge(new Namespace(namespace), 1L, Long::sum);
        Optional<IdempotencyKey> key = Optional.empty();
        if (random.nextInt(4) == 0) {
            IdempotencyKey made = new IdempotencyKey("key-" + job, "00ff");
            submissions.add(
                    new LoadedState.Submission(new Namespace(namespace), made, job, number, now));
            submissions.sort((a, b) ->
                    a.at().equals(b.at())
                            ? Long.compare(a.number(), b.number())
                            : a.at().compareTo(b.at()));
            key = Optional.of(made);
        }
        Map<String, String> labels =
                random.nextBoolean() ? Map.of("team", "t" + random.nextInt(3)) : Map.of();
        JobSpec spec = Histories.spec(namespace, "job " + number, labels, List.of());
        return Histories.submitted(job, now, spec, number, key);
    }

    private DurableEvent advanceSomeJob() {
        List<List<JobEvent>> all = histories();
        List<JobEvent> history = all.get(random.nextInt(all.size()));
        return remember(next(history));
    }

    private JobEvent next(List<JobEvent> history) {
        JobEvent last = history.getLast();
        JobId job = last.job();
        long seq = last.seq() + 1;
        int attempts = attempts(history);
        return switch (last.status()) {
            case WAITING ->
                    event(last, TaskStatus.QUEUED, new JobEvent.Released(TaskRange.single(job)));
            case QUEUED -> fromQueue(last, attempts);
            case ASSIGNED ->
                    random.nextInt(4) == 0
                            ? event(
                                    last,
                                    TaskStatus.QUEUED,
                                    new JobEvent.Unassigned(
                                            TaskRange.single(job), attempts, "recalled"))
                            : Histories.started(job, seq, now, attempts);
            case RUNNING, FORWARDED -> fromRunning(last, attempts);
            case SUCCEEDED, FAILED, CANCELLED, EXPIRED -> retried(history, attempts);
        };
    }

    private JobEvent fromQueue(JobEvent last, int attempts) {
        return random.nextInt(8) == 0
                ? event(
                        last,
                        TaskStatus.CANCELLED,
                        new JobEvent.Ended(
                                TaskRange.single(last.job()), TaskStatus.CANCELLED, "cancelled"))
                : Histories.assigned(last.job(), last.seq() + 1, now, attempts + 1);
    }

    private JobEvent fromRunning(JobEvent last, int attempts) {
        JobId job = last.job();
        return switch (random.nextInt(4)) {
            case 0 ->
                    event(
                            last,
                            TaskStatus.RUNNING,
                            new JobEvent.CancelRequested(TaskRange.single(job), "admin"));
            case 1 ->
                    Histories.ended(
                            job,
                            last.seq() + 1,
                            TaskStatus.WAITING,
                            attempts,
                            Histories.result(1, now, List.of()),
                            new JobEvent.Next.Again(now.plusSeconds(1), 1, 0));
            default -> Histories.over(job, last.seq() + 1, now, attempts, random.nextInt(2));
        };
    }

    private JobEvent retried(List<JobEvent> history, int attempts) {
        if (!(history.getFirst().change() instanceof JobEvent.Submitted first)) {
            throw new AssertionError("a history begins with a submission");
        }
        JobEvent last = history.getLast();
        long rounds =
                history.stream().filter(e -> e.change() instanceof JobEvent.Retried).count() + 1;
        return event(
                last,
                TaskStatus.QUEUED,
                new JobEvent.Retried(
                        TaskRange.single(last.job()),
                        first.spec(),
                        first.number(),
                        (int) rounds + 1,
                        attempts,
                        "admin"));
    }

    private JobEvent event(JobEvent last, TaskStatus status, JobEvent.Change change) {
        return new JobEvent(last.job(), last.seq() + 1, now, status, change);
    }

    private JobEvent remember(JobEvent event) {
        List<JobEvent> history = histories.computeIfAbsent(event.job(), first -> new ArrayList<>());
        history.add(event);
        ended.remove(event.job());
        if (event.status().isTerminal()) {
            long number = ((JobEvent.Submitted) history.getFirst().change()).number();
            ended.put(event.job(), new EndedJob(event.job(), number, event.seq()));
        }
        return event;
    }

    private static int attempts(List<JobEvent> history) {
        return (int) history.stream().filter(e -> e.change() instanceof JobEvent.Assigned).count();
    }
}
