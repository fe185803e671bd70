package dev.orrery.scheduling.schedule;

import dev.orrery.model.JobId;
import dev.orrery.model.JobSpec;
import dev.orrery.model.Namespace;
import dev.orrery.model.Problem;
import dev.orrery.model.ProblemCode;
import dev.orrery.model.TaskStatus;
import dev.orrery.model.schedule.Schedule;
import dev.orrery.model.schedule.ScheduleChange;
import dev.orrery.model.schedule.ScheduleId;
import dev.orrery.model.schedule.ScheduleSpec;
import dev.orrery.model.schedule.ScheduleSpec.Overlap;
import dev.orrery.protocol.DurableEvent;
import dev.orrery.protocol.DurableEvent.ScheduleChanged;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.SchedulerReply;
import dev.orrery.protocol.SchedulerRequest.OfSchedule;
import dev.orrery.protocol.SchedulerRequest.ScheduleWish;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What follows when somebody asks for something about a schedule, and when a moment of one comes.
 *
 * <p>A moment fires by two events of one decision, so of one transaction: the schedule is past it,
 * and its job is submitted, under an id that follows from schedule and moment. Whoever decides it
 * again decides the same job, which no store takes twice. See ADR 0042.
 */
public final class ScheduleDecisions {

    /** So many events of one decision at the most, but for what one schedule adds to them. */
    private static final int EVENTS_MAX = 1_000;

    /** How long a moment waits for room in the queue before it is looked at again. */
    private static final Duration HOLD = Duration.ofSeconds(1);

    private final Schedules schedules;
    private final Jobs jobs;
    private final Instant now;
    private final List<DurableEvent> events = new ArrayList<>();
    private final List<Held> held = new ArrayList<>();
    private final Map<Namespace, Long> numbers = new TreeMap<>();

    /** Decisions on one input. */
    public ScheduleDecisions(Schedules schedules, Jobs jobs, Instant now) {
        this.schedules = schedules;
        this.jobs = jobs;
        this.now = now;
    }

    /** What schedules have to know of jobs. */
    public interface Jobs {

        /** Whether the job has not ended. */
        boolean isLive(JobId job);

        /** The number of a job that is live or was lately. */
        Optional<Long> numberOf(JobId job);

        /** The number of the next job in a namespace. */
        long nextNumber(Namespace namespace);

        /** Why a job cannot be taken now. */
        Optional<Problem> refusal(JobSpec spec);
    }

    /** A schedule that is not looked at before the given time. */
    public record Held(ScheduleId schedule, Instant until) {}

    /** What was decided. */
    public record Decided(List<DurableEvent> events, List<Held> held) {
        /** Copies the lists. */
        public Decided {
            events = List.copyOf(events);
            held = List.copyOf(held);
        }
    }

    /** What was decided so far. */
    public Decided decided() {
        return new Decided(events, held);
    }

    /** Decides the moments that are due; what is past the bound follows with the next input. */
    public Decided fireDue() {
        for (Schedule schedule : schedules.due(now)) {
            if (events.size() >= EVENTS_MAX) {
                break;
            }
            fireDue(schedule);
        }
        return decided();
    }

    private void fireDue(Schedule schedule) {
        Optional<JobId> last = schedule.progress().lastJob();
        for (DueMoments.Step step : new DueMoments(schedule, now).steps()) {
            switch (step) {
                case DueMoments.Step.Skip(Instant through, long count, String reason) ->
                        skip(schedule, through, count, reason);
                case DueMoments.Step.Fire(Instant moment) -> {
                    Optional<Problem> refusal = jobs.refusal(schedule.spec().job());
                    if (refusal.filter(ScheduleDecisions::isForLackOfRoom).isPresent()) {
                        held.add(new Held(schedule.id(), now.plus(HOLD)));
                        return;
                    }
                    if (refusal.isPresent()) {
                        skip(schedule, moment, 1, "refused");
                    } else if (overlaps(schedule, last)) {
                        skip(schedule, moment, 1, "overlap");
                    } else {
                        last = Optional.of(fire(schedule, moment));
                    }
                }
            }
        }
    }

    private boolean overlaps(Schedule schedule, Optional<JobId> last) {
        return schedule.spec().overlap() == Overlap.FORBID
                && last.filter(job -> jobs.isLive(job) || isSubmittedNow(job)).isPresent();
    }

    private boolean isSubmittedNow(JobId job) {
        return events.stream()
                .anyMatch(it -> it instanceof JobEvent event && event.job().equals(job));
    }

    private static boolean isForLackOfRoom(Problem problem) {
        return problem.code() == ProblemCode.TOO_MANY;
    }

    private JobId fire(Schedule schedule, Instant moment) {
        JobId job = schedule.id().jobAt(moment);
        change(schedule.id(), new ScheduleChange.Fired(moment, job));
        submit(job, schedule.spec().jobFor(moment));
        return job;
    }

    private void skip(Schedule schedule, Instant through, long count, String reason) {
        change(schedule.id(), new ScheduleChange.Skipped(through, count, reason));
    }

    private long submit(JobId job, JobSpec spec) {
        long number =
                numbers.merge(
                        spec.namespace(),
                        jobs.nextNumber(spec.namespace()),
                        (used, first) -> used + 1);
        JobEvent.Submitted change = new JobEvent.Submitted(spec, number, Optional.empty());
        events.add(new JobEvent(job, 1, now, TaskStatus.QUEUED, change));
        return number;
    }

    private void change(ScheduleId schedule, ScheduleChange change) {
        events.add(new ScheduleChanged(schedule, now, change));
    }

    /** Decides what somebody asked for. */
    public SchedulerReply asked(OfSchedule request) {
        if (request.wish() instanceof ScheduleWish.Create create) {
            return create(request.schedule(), create.spec());
        }
        Optional<Schedule> found = schedules.find(request.schedule());
        if (found.isEmpty()) {
            boolean again =
                    request.wish() instanceof ScheduleWish.Delete
                            && schedules.wasDeleted(request.schedule());
            return again ? new SchedulerReply.Done() : refused(notFound());
        }
        return change(found.get(), request.wish(), request.by());
    }

    private SchedulerReply create(ScheduleId id, ScheduleSpec spec) {
        if (schedules.find(id).isPresent()) {
            return new SchedulerReply.Done();
        }
        Optional<Problem> refusal = refusal(id, spec);
        if (refusal.isPresent()) {
            return refused(refusal.get());
        }
        change(id, new ScheduleChange.Created(spec));
        return new SchedulerReply.Done();
    }

    private Optional<Problem> refusal(ScheduleId id, ScheduleSpec spec) {
        if (schedules.wasDeleted(id)) {
            return Optional.of(notFound());
        }
        if (schedules.isTaken(spec.namespace(), spec.name())) {
            return Optional.of(
                    Problem.ofField(
                            ProblemCode.CONFLICT,
                            "name",
                            "There is a schedule of this name in the namespace.",
                            "Choose another name, or delete that schedule first."));
        }
        if (schedules.isFull()) {
            return Optional.of(
                    Problem.of(
                            ProblemCode.TOO_MANY,
                            "There are " + Schedules.SCHEDULES_MAX + " schedules.",
                            "Delete those that are not needed any more."));
        }
        if (spec.next(now).isEmpty()) {
            return Optional.of(
                    Problem.ofField(
                            ProblemCode.INVALID_VALUE,
                            "cron",
                            "No moment is left at which it would fire.",
                            "Give a later 'end', or another expression."));
        }
        return jobs.refusal(spec.job()).filter(problem -> !isForLackOfRoom(problem));
    }

    private SchedulerReply change(Schedule schedule, ScheduleWish wish, String by) {
        boolean paused = schedule.progress().paused();
        switch (wish) {
            case ScheduleWish.Pause it when !paused ->
                    change(schedule.id(), new ScheduleChange.Paused(by));
            case ScheduleWish.Resume it when paused ->
                    change(schedule.id(), new ScheduleChange.Resumed(by));
            case ScheduleWish.Pause it -> {}
            case ScheduleWish.Resume it -> {}
            case ScheduleWish.Delete it -> change(schedule.id(), new ScheduleChange.Deleted(by));
            case ScheduleWish.Trigger it -> {
                return trigger(schedule, it.job(), by);
            }
            case ScheduleWish.Create it ->
                    throw new IllegalStateException("decided elsewhere: " + wish);
        }
        return new SchedulerReply.Done();
    }

    private SchedulerReply trigger(Schedule schedule, JobId job, String by) {
        Optional<Long> known = jobs.numberOf(job);
        if (known.isPresent()) {
            return new SchedulerReply.Accepted(job, known.get(), false);
        }
        if (overlaps(schedule, schedule.progress().lastJob())) {
            return refused(
                    Problem.of(
                            ProblemCode.CONFLICT,
                            "The last job of the schedule has not ended, and it forbids a second.",
                            "Wait for its end, or cancel it."));
        }
        Optional<Problem> refusal = jobs.refusal(schedule.spec().job());
        if (refusal.isPresent()) {
            return refused(refusal.get());
        }
        change(schedule.id(), new ScheduleChange.Triggered(job, by));
        long number = submit(job, schedule.spec().jobFor(now));
        return new SchedulerReply.Accepted(job, number, false);
    }

    private static SchedulerReply refused(Problem problem) {
        return new SchedulerReply.Refused(problem);
    }

    private static Problem notFound() {
        return Problem.of(
                ProblemCode.NOT_FOUND,
                "There is no such schedule any more.",
                "List the schedules of the namespace.");
    }
}
