package dev.orrery.scheduling;

import dev.orrery.model.JobId;
import dev.orrery.model.Namespace;
import dev.orrery.model.WorkerId;
import dev.orrery.model.schedule.Schedule;
import dev.orrery.protocol.DurableEvent;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.LoadedState;
import dev.orrery.protocol.LoadedState.EndedJob;
import dev.orrery.protocol.LoadedState.Submission;
import dev.orrery.scheduling.schedule.Schedules;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** Durable truth in memory: takes events as the real store does, and refuses the same ones. */
public final class MemoryStore {

    private final Map<JobId, List<JobEvent>> jobs = new LinkedHashMap<>();
    private final TreeMap<Namespace, Long> numbers = new TreeMap<>();
    private final List<Submission> submissions = new ArrayList<>();
    private final TreeSet<WorkerId> draining = new TreeSet<>();
    private final Map<JobId, EndedJob> ended = new LinkedHashMap<>();
    private final Schedules schedules = new Schedules();

    /** Nothing yet. */
    public MemoryStore() {}

    /** Stores all, or refuses all: a round that does not open where the job's events end. */
    public boolean commit(List<DurableEvent> events) {
        for (DurableEvent event : events) {
            if (event instanceof JobEvent it && isMisplacedOpening(it)) {
                return false;
            }
        }
        events.forEach(this::commit);
        return true;
    }

    private boolean isMisplacedOpening(JobEvent event) {
        boolean opening =
                event.change() instanceof JobEvent.Submitted
                        || event.change() instanceof JobEvent.Retried;
        boolean purged =
                Optional.ofNullable(ended.get(event.job())).filter(EndedJob::isPurged).isPresent();
        return opening && (purged || event.seq() != history(event.job()).size() + 1);
    }

    private void commit(DurableEvent event) {
        switch (event) {
            case JobEvent it -> commit(it);
            case DurableEvent.WorkerDrainSet it -> {
                if (it.draining()) {
                    draining.add(it.worker());
                } else {
                    draining.remove(it.worker());
                }
            }
            case DurableEvent.JobsPurged it -> {
                it.jobs().forEach(jobs::remove);
                it.jobs().forEach(id -> ended.computeIfPresent(id, (job, was) -> was.purged()));
            }
            case DurableEvent.ScheduleChanged it -> schedules.apply(it);
        }
    }

    private void commit(JobEvent event) {
        List<JobEvent> earlier = jobs.computeIfAbsent(event.job(), id -> new ArrayList<>());
        if (event.seq() != earlier.size() + 1) {
            throw new AssertionError("event " + (earlier.size() + 1) + " misses before " + event);
        }
        earlier.add(event);
        ended.remove(event.job());
        if (event.status().isTerminal()) {
            ended.put(event.job(), new EndedJob(event.job(), number(event.job()), event.seq()));
        }
        if (event.change() instanceof JobEvent.Submitted it) {
            numbers.merge(it.spec().namespace(), it.number(), Math::max);
            it.idempotencyKey()
                    .ifPresent(key ->
                            submissions.add(
                                    new Submission(
                                            it.spec().namespace(),
                                            key,
                                            event.job(),
                                            it.number(),
                                            event.at())));
        }
    }

    /** All durable events of a job; none when there is no such job. */
    public List<JobEvent> history(JobId job) {
        return Collections.unmodifiableList(jobs.getOrDefault(job, List.of()));
    }

    /** Every idempotency key, in order of its submission. */
    List<String> keys() {
        return submissions.stream().map(it -> it.key().key()).toList();
    }

    /** Every schedule that is kept, by id. */
    public List<Schedule> schedules() {
        return schedules.all();
    }

    /** Every job that is kept, in order of submission. */
    public List<JobId> jobs() {
        return List.copyOf(jobs.keySet());
    }

    public boolean isLive(JobId job) {
        List<JobEvent> events = history(job);
        return !events.isEmpty() && !events.getLast().status().isTerminal();
    }

    /** What a new leader begins with; later commits do not show in it. */
    public LoadedState load(Moment now) {
        return new LoadedState(
                numbers,
                submissions.stream()
                        .filter(it ->
                                it.at().isAfter(now.wall().minus(Sample.RULES.idempotencyTtl())))
                        .toList(),
                List.copyOf(draining),
                jobs.keySet().stream()
                        .filter(this::isLive)
                        .map(it -> List.copyOf(history(it)))
                        .toList(),
                List.copyOf(ended.values()),
                schedules.kept());
    }

    private long number(JobId job) {
        return JobHistory.of(history(job)).orElseThrow().number();
    }
}
