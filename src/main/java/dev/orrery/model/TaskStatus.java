package dev.orrery.model;

/** Where a task, or a job as a whole, stands in its life. */
public enum TaskStatus {
    /** Held back by a delay, a back-off, a dependency or a pause. */
    WAITING(false),
    /** Ready, and waiting for a worker. */
    QUEUED(false),
    /** Given to a worker that has not said that it started. */
    ASSIGNED(false),
    /** Started on a worker. */
    RUNNING(false),
    /** Runs on a peer cluster. */
    FORWARDED(false),
    /** Ended well. */
    SUCCEEDED(true),
    /** Ended badly, with no retry left. */
    FAILED(true),
    /** Ended because somebody asked for it. */
    CANCELLED(true),
    /** Not started before its deadline. */
    EXPIRED(true);

    private final boolean terminal;

    TaskStatus(boolean terminal) {
        this.terminal = terminal;
    }

    /** Whether nothing but a manual retry can follow. */
    public boolean isTerminal() {
        return terminal;
    }
}
