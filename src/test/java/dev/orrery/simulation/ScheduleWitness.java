package dev.orrery.simulation;

import static dev.orrery.simulation.Violation.unless;

import dev.orrery.model.JobId;
import dev.orrery.model.schedule.Schedule;
import dev.orrery.model.schedule.ScheduleChange;
import dev.orrery.model.schedule.ScheduleId;
import dev.orrery.model.schedule.ScheduleSpec;
import dev.orrery.protocol.DurableEvent;
import dev.orrery.protocol.DurableEvent.ScheduleChanged;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.SchedulerRequest.ScheduleWish;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Sees what is stored of schedules, and counts it a second time: each moment fires at most once, in
 * order, with its job in the same batch; and none is passed over without a word.
 */
final class ScheduleWitness {

    /** What counts of moments that were left out at once is bounded. */
    private static final int COUNTED_MAX = 1_000;

    private static final Duration LATE = Duration.ofSeconds(5);

    private final World world;
    private final Map<ScheduleId, Course> courses = new TreeMap<>();
    private final Set<ScheduleId> deleted = new HashSet<>();

    /** What is known of a schedule. */
    private static final class Course {
        private final ScheduleSpec spec;
        private Instant decidedTo;
        private boolean paused;

        Course(ScheduleSpec spec, Instant from) {
            this.spec = spec;
            this.decidedTo = from;
        }
    }

    ScheduleWitness(World world) {
        this.world = world;
    }

    /** A batch is on disk. */
    void committed(List<DurableEvent> events) {
        List<JobId> ordered = new ArrayList<>();
        List<JobId> submitted = new ArrayList<>();
        for (DurableEvent event : events) {
            if (event instanceof ScheduleChanged it) {
                world.trace(() -> "stored: schedule " + it.schedule() + " " + it.change());
                jobOf(it.change()).ifPresent(ordered::add);
                note(it);
            } else if (event instanceof JobEvent it
                    && it.change() instanceof JobEvent.Submitted opening
                    && opening.spec().labels().containsKey(ScheduleSpec.LABEL)) {
                submitted.add(it.job());
            }
        }
        unless(ordered.equals(submitted), "fired " + ordered + ", but submitted " + submitted);
    }

    private static Optional<JobId> jobOf(ScheduleChange change) {
        return switch (change) {
            case ScheduleChange.Fired it -> Optional.of(it.job());
            case ScheduleChange.Triggered it -> Optional.of(it.job());
            case ScheduleChange.Created it -> Optional.empty();
            case ScheduleChange.Paused it -> Optional.empty();
            case ScheduleChange.Resumed it -> Optional.empty();
            case ScheduleChange.Skipped it -> Optional.empty();
            case ScheduleChange.Deleted it -> Optional.empty();
        };
    }

    private void note(ScheduleChanged event) {
        if (event.change() instanceof ScheduleChange.Created it) {
            unless(!deleted.contains(event.schedule()), "created after its end: " + event);
            Course made = new Course(it.spec(), event.at());
            unless(courses.put(event.schedule(), made) == null, "created twice: " + event);
            return;
        }
        Course course = courses.get(event.schedule());
        unless(course != null, "of no schedule: " + event);
        note(Optional.ofNullable(course).orElseThrow(), event);
    }

    private void note(Course course, ScheduleChanged event) {
        switch (event.change()) {
            case ScheduleChange.Fired it -> {
                world.count("moment fired");
                unless(!course.paused, "fires while it is paused: " + event);
                unless(
                        it.job().equals(event.schedule().jobAt(it.scheduledFor())),
                        "not the job of the moment: " + event);
                unless(
                        course.spec.next(course.decidedTo).equals(Optional.of(it.scheduledFor())),
                        "not the moment after " + course.decidedTo + ": " + event);
                course.decidedTo = it.scheduledFor();
            }
            case ScheduleChange.Skipped it -> {
                world.count("moments left out");
                long between = between(course, it.through());
                unless(
                        it.count() == Math.min(between, COUNTED_MAX) && between > 0,
                        between + " moments since " + course.decidedTo + ": " + event);
                course.decidedTo = it.through();
            }
            case ScheduleChange.Paused it -> course.paused = true;
            case ScheduleChange.Resumed it -> {
                course.paused = false;
                if (event.at().isAfter(course.decidedTo)) {
                    course.decidedTo = event.at();
                }
            }
            case ScheduleChange.Triggered it -> {}
            case ScheduleChange.Deleted it -> {
                courses.remove(event.schedule());
                deleted.add(event.schedule());
            }
            case ScheduleChange.Created it -> throw new IllegalStateException("noted: " + event);
        }
    }

    private static long between(Course course, Instant through) {
        long count = 0;
        Optional<Instant> next = course.spec.next(course.decidedTo);
        while (next.isPresent() && !next.get().isAfter(through) && count <= COUNTED_MAX) {
            count++;
            next = course.spec.next(next.get());
        }
        return count;
    }

    /** A client was told that this is done. */
    void promised(ScheduleId id, ScheduleWish wish) {
        if (wish instanceof ScheduleWish.Create) {
            unless(
                    courses.containsKey(id) || deleted.contains(id),
                    "created, but not stored: " + id);
        } else if (wish instanceof ScheduleWish.Delete) {
            unless(!courses.containsKey(id), "deleted, but stored: " + id);
        }
    }

    /** Long after the faults: no moment of before is undecided. */
    void checkDecided(Reign reign) {
        Instant due = reign.moment().wall().minus(LATE);
        for (Schedule schedule : world.store.durable.schedules()) {
            Optional<Instant> next = schedule.next();
            unless(
                    next.isEmpty() || !next.get().isBefore(due),
                    "neither fired nor left out at " + reign.moment().wall() + ": " + schedule);
        }
    }
}
