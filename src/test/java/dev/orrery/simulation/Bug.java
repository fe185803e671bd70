package dev.orrery.simulation;

/** Bugs that the simulation must find: each is a switch of the simulated world and of it alone. */
enum Bug {
    /** The store takes the batches of any epoch. */
    STORE_SKIPS_THE_EPOCH_CHECK,
    /** The store says done before the batch is on disk, and then loses power. */
    STORE_ACKNOWLEDGES_BEFORE_SYNC,
    /** What clients read lacks the events of a moment. */
    READS_SKIP_AN_EVENT,
    /** Reads are answered from a copy that is two seconds old. */
    READS_ARE_STALE,
    /** The leader answers clients before the commit. */
    LEADER_ANSWERS_BEFORE_COMMIT,
    /** The leader sends assignments before the commit. */
    LEADER_ASSIGNS_BEFORE_COMMIT,
    /** Watchers hear of events before the commit. */
    LEADER_PUBLISHES_BEFORE_COMMIT,
    /** A batch that was refused is forgotten, and the leader goes on from the state it has. */
    LEADER_KEEPS_ITS_STATE_AFTER_A_FAILED_COMMIT,
    /** The leader takes a worker for lost after ten seconds. */
    LEADER_RERUNS_BEFORE_THE_LEASE_ENDS,
    /** A new leader grants the attempts that it finds no lease. */
    LEADER_GRANTS_NO_LEASE_TO_WHAT_IT_ADOPTS,
    /** A leader without a tenure goes on answering. */
    LEADER_ACTS_AFTER_ITS_TENURE,
    /** The tenure counts from the answer and not from the question. */
    TENURE_COUNTS_FROM_THE_ANSWER,
    /** A standby takes the lead while the lease runs, and the store fences nobody. */
    STANDBY_ACQUIRES_EARLY,
    /** An attempt number is used a second time. */
    ATTEMPT_NUMBER_IS_REUSED,
    /** The idempotency key is not looked at. */
    DEDUPLICATION_IS_FORGOTTEN,
    /** An end that an older attempt reports counts for the present one. */
    STALE_REPORT_IS_ACCEPTED,
    /** What a worker says it holds is not looked at. */
    HANDS_OF_A_HELLO_ARE_IGNORED,
    /** A hello of before the leader began is believed. */
    OLD_HELLO_IS_BELIEVED,
    /** An assignment is sent to two workers. */
    QUEUE_ENTRY_IS_RELEASED_TWICE,
    /** A new leader does not go on stopping what was cancelled under the last. */
    CANCEL_IS_FORGOTTEN_WITH_THE_LEADER,
    /** A lost worker uses up a retry of the task. */
    RESTART_COUNTS_AS_RETRY,
    /** A task that may start once starts again after a loss. */
    RESTARTS_ZERO_RUNS_AGAIN,
    /** The fence of a worker runs by its wall clock. */
    FENCE_RUNS_BY_THE_WALL_CLOCK,
    /** The fence counts from the answer and not from the question. */
    FENCE_COMES_AFTER_THE_LEASE,
    /** A worker takes commands of a leader that it knows to be old. */
    WORKER_TAKES_COMMANDS_OF_AN_OLDER_EPOCH,
    /** A worker takes a repeated batch of assignments again. */
    WORKER_TAKES_A_BATCH_TWICE,
    /** A worker takes assignments although its lease is over. */
    WORKER_STARTS_WITHOUT_A_LEASE,
    /** A worker whose lease is over declines assignments for good. */
    WORKER_WITHOUT_A_LEASE_DECLINES,
    /** A report is dropped once it was sent. */
    OUTBOX_DROPS_BEFORE_THE_ACKNOWLEDGEMENT,
    /** A running attempt that is asked back is said not to have started. */
    RECALL_OF_A_RUNNING_ATTEMPT_IS_NOT_STARTED,
    /** A restarted worker does not look for what its last life left. */
    WORKER_LEAVES_THE_PROCESSES_OF_ITS_LAST_LIFE,
    /** What ignores a gentle stop is never killed. */
    STOP_IS_NEVER_A_KILL,
    /** A new leader does not know which moments of a schedule fired. */
    LAST_FIRE_IS_FORGOTTEN_WITH_THE_LEADER,
    /** A client sends a repeated submission without its key. */
    CLIENT_DROPS_THE_KEY_ON_RETRY
}
