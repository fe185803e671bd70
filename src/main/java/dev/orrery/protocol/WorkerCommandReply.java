package dev.orrery.protocol;

/** What a worker answers a command. */
public sealed interface WorkerCommandReply extends Message {

    /** The command was taken, now or before. */
    record Taken(long seq) implements WorkerCommandReply {}

    /** The command comes from an older epoch, or was meant for another incarnation or session. */
    record Declined(String cause) implements WorkerCommandReply {}
}
