package dev.orrery.scheduling;

import dev.orrery.model.TaskRange;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** The times at which tasks change state by themselves: ends of delays, and deadlines. */
final class Alarms {

    private final TreeSet<Alarm> all = new TreeSet<>();

    /** A time at which tasks change state. */
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

    /** Sets those of a segment of a job. */
    void add(LiveJob job, TaskMap.Segment segment) {
        all.addAll(of(job, segment));
    }

    /** Takes those of a segment of a job back. */
    void remove(LiveJob job, TaskMap.Segment segment) {
        of(job, segment).forEach(all::remove);
    }

    private static List<Alarm> of(LiveJob job, TaskMap.Segment segment) {
        List<Alarm> found = new ArrayList<>(2);
        if (segment.state() instanceof TaskState.Waiting waiting) {
            found.add(new Alarm(waiting.until(), job.range(segment)));
        }
        job.spec.deadline().ifPresent(at -> found.add(new Alarm(at, job.range(segment))));
        return found;
    }

    /** The first one. */
    Optional<Alarm> next() {
        return all.isEmpty() ? Optional.empty() : Optional.of(all.first());
    }

    /** Those that are due, in order, at most so many. */
    List<Alarm> due(Instant now, int max) {
        List<Alarm> found = new ArrayList<>();
        for (Alarm alarm : all) {
            if (alarm.at().isAfter(now) || found.size() == max) {
                break;
            }
            found.add(alarm);
        }
        return found;
    }
}
