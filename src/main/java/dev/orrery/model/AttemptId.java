package dev.orrery.model;

/** One execution of a range of tasks: numbered 1, 2, … for each task and never reused. */
public record AttemptId(TaskRange tasks, int number) {

    /** Refuses a number below 1. */
    public AttemptId {
        if (number < 1) {
            throw new IllegalArgumentException("attempts are numbered from 1: " + number);
        }
    }

    /** The job of the attempt. */
    public JobId job() {
        return tasks.job();
    }

    @Override
    public String toString() {
        return tasks + "@" + number;
    }
}
