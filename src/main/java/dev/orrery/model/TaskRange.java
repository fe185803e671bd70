package dev.orrery.model;

/**
 * A contiguous run of tasks of one job, both ends inclusive. A job of a single task is the range
 * [0, 0].
 */
public record TaskRange(JobId job, int first, int last) {

    /** Refuses a negative or inverted range. */
    public TaskRange {
        if (first < 0 || last < first) {
            throw new IllegalArgumentException(
                    "a range is 0 <= first <= last: " + first + "-" + last);
        }
    }

    /** The only task of a single-task job. */
    public static TaskRange single(JobId job) {
        return new TaskRange(job, 0, 0);
    }

    /** How many tasks the range holds. */
    public int size() {
        return last - first + 1;
    }

    @Override
    public String toString() {
        return first == 0 && last == 0
                ? job.toString()
                : job + "." + first + (size() == 1 ? "" : "-" + last);
    }
}
