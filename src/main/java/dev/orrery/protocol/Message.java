package dev.orrery.protocol;

import java.util.List;

/** Anything that travels over the event bus; each may be lost, delayed or repeated without harm. */
public sealed interface Message
        permits SchedulerRequest,
                SchedulerReply,
                WorkerMessage,
                WorkerReply,
                WorkerCommand,
                WorkerCommandReply,
                TopicMessage,
                Message.LeaderNotice {

    /**
     * Who leads, as a master read it in the store: published when it changes, and the answer of a
     * master that was asked for what only the leader can do. A hint.
     *
     * @param epoch the last one that began
     * @param node the leader's id on the bus; empty while nobody leads
     * @param dataUris where the masters that live serve bytes, scheme to port, the leader first
     * @param masters their ids on the bus
     */
    record LeaderNotice(long epoch, String node, List<String> dataUris, List<String> masters)
            implements Message {
        /** Before anything was heard. */
        public static final LeaderNotice NONE = new LeaderNotice(0, "", List.of());

        /** Copies the lists. */
        public LeaderNotice {
            dataUris = List.copyOf(dataUris);
            masters = List.copyOf(masters);
        }

        /** A notice of a master that knows no other one. */
        public LeaderNotice(long epoch, String node, List<String> dataUris) {
            this(epoch, node, dataUris, List.of());
        }

        /** The same, but for who leads: nobody. */
        public LeaderNotice vacant() {
            return new LeaderNotice(epoch, "", dataUris, masters);
        }
    }
}
