package dev.orrery.protocol;

import dev.orrery.model.AttemptId;

import java.util.List;

/** What the leader's scheduler answers a worker. */
public sealed interface WorkerReply extends Message {

    /**
     * The worker belongs to the cluster of this epoch.
     *
     * @param stop attempts that are not its own any more
     */
    record Welcome(long epoch, List<AttemptId> stop) implements WorkerReply {
        /** Copies the list. */
        public Welcome {
            stop = List.copyOf(stop);
        }
    }

    /** The lease is renewed from the moment the heartbeat was sent. */
    record Renewed(long epoch, List<AttemptId> stop) implements WorkerReply {
        /** Copies the list. */
        public Renewed {
            stop = List.copyOf(stop);
        }
    }

    /** The leader does not know this session: say hello again, the sooner the better. */
    record SayHello(long epoch) implements WorkerReply {}

    /** The reports up to this number are durable. */
    record Acknowledged(long epoch, long seq) implements WorkerReply {}

    /** A later incarnation of the same name is known: the sender must stop. */
    record Superseded(long epoch) implements WorkerReply {}
}
