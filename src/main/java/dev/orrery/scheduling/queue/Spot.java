package dev.orrery.scheduling.queue;

import dev.orrery.model.JobId;

/**
 * A range of tasks and its place: compared number by number, then by job and first task.
 *
 * @param from the first task
 * @param to the last one
 */
public record Spot(long first, long second, long third, JobId job, int from, int to)
        implements Comparable<Spot> {

    @Override
    public int compareTo(Spot other) {
        int byFirst = Long.compare(first, other.first);
        if (byFirst != 0) {
            return byFirst;
        }
        int bySecond = Long.compare(second, other.second);
        if (bySecond != 0) {
            return bySecond;
        }
        int byThird = Long.compare(third, other.third);
        if (byThird != 0) {
            return byThird;
        }
        int byJob = job.compareTo(other.job);
        return byJob != 0 ? byJob : Integer.compare(from, other.from);
    }
}
