package dev.orrery.api.stream;

import dev.orrery.protocol.Topic;
import dev.orrery.protocol.TopicMessage.Head;
import dev.orrery.protocol.TopicMessage.TopicEvent;

/** One topic with its local readers; lives on the context of the fan-out. */
sealed interface Channel
        permits JobChannel, LogsChannel, JobsChannel, AttemptsChannel, ClusterChannel {
    /** What the master is asked for. */
    Topic topic();

    /** Takes a live event if it belongs here. */
    void event(TopicEvent event);

    /** Learns how far the topic is. */
    void head(Head head);

    /** Sends what can be sent, and asks for what is missing; called whenever that may change. */
    void pump();

    /** Whether nobody reads any more. */
    boolean isEmpty();
}
