package dev.orrery.chaos;

/** What must hold of every history, each with its promise of the README in other words. */
enum Rule {
    /** An acknowledged job is there in the end. */
    ACKNOWLEDGED_IS_PRESENT,
    /** An acknowledged job comes to a terminal state once faults are over. */
    ACKNOWLEDGED_IS_TERMINAL,
    /** An acknowledged job can be read at once, through any master. */
    READS_FOLLOW_WRITES,
    /** One idempotency key makes one job, whoever answers. */
    ONE_JOB_PER_KEY,
    /** What was only ever refused is not there. */
    REFUSED_IS_ABSENT,
    /** A task has at most one accepted result in each round. */
    ONE_RESULT,
    /** The accepted success is that of an execution which ran to its end, byte for byte. */
    RESULT_RAN,
    /** An attempt starts at most once; with no restarts and retries, so does the task. */
    STARTS_ONCE,
    /** No execution of a task begins while a process of another one lives. */
    NO_OVERLAP,
    /** Every execution is one of an attempt that the cluster knows. */
    EXECUTION_IS_KNOWN,
    /** Nothing starts a lease after a client was told the end. */
    NO_START_AFTER_END,
    /** What a client was told is cancelled ends as that, and starts no more a lease later. */
    CANCEL_ENDS,
    /** What was told to be over in a round stays so. */
    END_IS_FINAL,
    /** The events of a job are numbered 1, 2, 3 …, the terminal one last. */
    EVENTS_ARE_DENSE,
    /** Epochs rise, each has one master, and none commits after a later one began. */
    EPOCHS_RISE,
    /** No process, control group, file or directory is left over. */
    NOTHING_LEFT
}
