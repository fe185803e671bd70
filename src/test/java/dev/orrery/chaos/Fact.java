package dev.orrery.chaos;

import java.util.List;

/**
 * One thing that was seen during a run, by whom it happened to. Times are nanoseconds since 1970 by
 * the one clock of the machine that the whole run is on; no fault changes that clock.
 */
sealed interface Fact {

    /** A client began to send a submission under an idempotency key. */
    record Sent(long at, String key) implements Fact {}

    /** A client was answered 2xx. */
    record Acknowledged(long at, String key, String job, boolean replayed) implements Fact {}

    /** A client was answered that nothing was accepted. */
    record Refused(long at, String key, int status) implements Fact {}

    /** A client was left without an answer: it may have been accepted, or not. */
    record Unknown(long at, String key, String why) implements Fact {}

    /** A client was told that the job is cancelled or will be. */
    record CancelAcknowledged(long at, String job) implements Fact {}

    /** A client was shown that the job had ended so. */
    record EndSeen(long at, String job, int round, String state) implements Fact {}

    /** A client that asked for an acknowledged job was told that there is none. */
    record Missing(long at, String job) implements Fact {}

    /**
     * A process of a task began; it wrote this itself.
     *
     * @param othersAlive living processes of the same task, of other executions, at that moment
     */
    record Started(long at, Execution execution, int othersAlive) implements Fact {}

    /** The same process came to its own end. */
    record Finished(long at, Execution execution) implements Fact {}

    /** One real execution of an attempt. */
    record Execution(String job, int index, int attempt, String worker, long pid) {}

    /** A task was given to a worker, as the durable event of its job says. */
    record Dispatched(long at, String job) implements Fact {}

    /** A master began to lead. */
    record Led(long at, long epoch, String master) implements Fact {}

    /** A transaction of the scheduler, as the database saw it, in its order. */
    record Committed(long order, long epoch, String master) implements Fact {}

    /** A fault began. */
    record Injected(long at, String kind, String target) implements Fact {}

    /** A fault was taken back. */
    record Healed(long at, String kind, String target) implements Fact {}

    /** What the cluster says of a job after everything was healed. */
    record JobSeen(Job job) implements Fact {}

    /**
     * A job in the API's words.
     *
     * @param key the idempotency key, which each job also carries as a label
     * @param traced whether its task writes down its executions
     * @param restarts lost workers that it allows
     * @param retries failures of its own that it allows
     */
    record Job(
            String id,
            String key,
            boolean traced,
            String state,
            int round,
            int attempt,
            long lastSeq,
            int restarts,
            int retries,
            List<Attempt> attempts,
            List<Event> events,
            String stdout) {
        public Job {
            attempts = List.copyOf(attempts);
            events = List.copyOf(events);
        }
    }

    /** An attempt in the API's words. */
    record Attempt(int number, String worker, String state) {}

    /** A durable event in the API's words. */
    record Event(long seq, String type, String state, int attempt, boolean terminal) {}

    /** Something that should not be there once all is over. */
    record Left(String what) implements Fact {}
}
