package dev.orrery.simulation;

/** Rare things that the world does at named places, each of which a long run must have seen. */
enum Whim {
    /** The leader dies when its batch is durable and nothing of it is out (F3, F4). */
    LEADER_DIES_AFTER_COMMIT(0.002),
    /** The leader dies when a batch is on its way to the store. */
    LEADER_DIES_DURING_COMMIT(0.002),
    /** The leader dies between deciding and committing (F5). */
    LEADER_DIES_BEFORE_COMMIT(0.0005),
    /** The leader freezes when its batch is durable and nothing of it is out (F7). */
    LEADER_FREEZES_AFTER_COMMIT(0.001),
    /** The leader freezes while it asks for its lease. */
    LEADER_FREEZES_WHILE_RENEWING(0.004),
    /** A new leader dies before it has loaded. */
    LEADER_DIES_WHILE_LOADING(0.03),
    /** The batch is stored, and its writer is told that the store is gone. */
    COMMIT_UNKNOWN_BUT_STORED(0.002),
    /** The batch is not stored, and its writer is told that the store is gone. */
    COMMIT_UNKNOWN_AND_LOST(0.002),
    /** Nothing is stored, and who wanted it is told that the store is damaged. */
    STORE_BREAKS(0.0005),
    /** The batch comes to the store long after its writer gave up. */
    COMMIT_COMES_LATE(0.002),
    /** A transaction takes seconds. */
    STORE_IS_SLOW(0.003),
    /** A worker dies when it has taken an assignment and not answered. */
    WORKER_DIES_ON_ASSIGNMENT(0.004),
    /** A worker dies when an attempt has ended and is not reported. */
    WORKER_DIES_BEFORE_REPORT(0.004),
    /** A worker freezes when it has sent a heartbeat. */
    WORKER_FREEZES_AFTER_HEARTBEAT(0.002),
    /** What came while a process was frozen is taken in another order. */
    BACKLOG_IN_ANOTHER_ORDER(0.5),
    /** A message comes again, much later. */
    MESSAGE_COMES_AGAIN_LATE(0.002),
    /** An answer is lost although the question was not. */
    ANSWER_IS_LOST(0.004),
    /** A program ignores the gentle stop. */
    PROGRAM_IGNORES_TERM(0.15),
    /** A program outlives its kill. */
    PROGRAM_IS_UNKILLABLE(0.003),
    /** A client repeats a submission although it was answered. */
    CLIENT_REPEATS_AFTER_THE_ANSWER(0.2),
    /** A client sends the same submission to two masters at once (F56). */
    CLIENT_ASKS_TWO_MASTERS(0.1),
    /** A client uses a key again for another body. */
    CLIENT_REUSES_A_KEY(0.1);

    /** How often it is done where it can be. */
    final double probability;

    Whim(double probability) {
        this.probability = probability;
    }
}
