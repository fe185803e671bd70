package dev.orrery.protocol;

import dev.orrery.model.AttemptId;
import dev.orrery.model.CapturedLog;
import dev.orrery.model.JobId;
import dev.orrery.model.Namespace;
import dev.orrery.model.Problem;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What proxies and masters say to each other about topics. */
public sealed interface TopicMessage extends Message {

    /**
     * A proxy wants, or goes on wanting, the live events of topics; repeated every two seconds.
     *
     * @param proxyAddress the bus address to which {@code Events} are published
     */
    record Subscribe(String proxyAddress, List<Topic> topics) implements TopicMessage {
        /** Copies the list. */
        public Subscribe {
            topics = List.copyOf(topics);
        }
    }

    /**
     * Answer to {@code Subscribe}.
     *
     * @param heads in the order of the topics asked for
     */
    record Subscribed(long epoch, List<Head> heads) implements TopicMessage {
        /** Copies the list. */
        public Subscribed {
            heads = List.copyOf(heads);
        }
    }

    /**
     * How far a topic is.
     *
     * @param seq the last durable event; 0 where the topic has none
     * @param ended whether the job has ended, so that nothing follows in this round
     * @param logs how many bytes each captured stream has, for a topic of logs
     */
    record Head(Topic topic, long seq, boolean ended, List<LogSize> logs) {
        /** Copies the list. */
        public Head {
            logs = List.copyOf(logs);
        }
    }

    /** How many bytes of a stream of an attempt the master holds. */
    record LogSize(AttemptId attempt, CapturedLog.Stream stream, long sizeBytes) {}

    /**
     * Live events of topics that the proxy subscribed to: hints, repaired by {@code ReadEvents}.
     */
    record Events(long epoch, List<TopicEvent> events) implements TopicMessage {
        /** Copies the list. */
        public Events {
            events = List.copyOf(events);
        }
    }

    /** One live event. */
    sealed interface TopicEvent {

        /** A durable event of a job. */
        record Durable(JobEvent event) implements TopicEvent {}

        /** How far a running attempt says it is. */
        record Progress(AttemptId attempt, Instant at, double fraction, String text)
                implements TopicEvent {}

        /** A captured stream has grown to this size; its bytes travel by HTTP. */
        record LogGrown(LogSize size) implements TopicEvent {}

        /** The cluster changed: counts, and the nodes when they changed. */
        record ClusterChanged(ClusterView view) implements TopicEvent {}

        /** A job of the namespace changed; for lists, coalesced. */
        record JobChanged(Namespace namespace, JobEvent event) implements TopicEvent {}

        /** A second more of the cluster's charts. */
        record Pulsed(Pulse pulse) implements TopicEvent {}

        /**
         * Attempts of the namespace, or of all, that started or ended.
         *
         * @param skipped how many more ended in the same time, too many to be told of
         */
        record AttemptsChanged(
                Optional<Namespace> namespace, List<AttemptChange> changes, long skipped)
                implements TopicEvent {
            /** Copies the list. */
            public AttemptsChanged {
                changes = List.copyOf(changes);
            }
        }
    }

    /** Read durable events of a job after a number, at most {@code limit}. */
    record ReadEvents(JobId job, long after, int limit) implements TopicMessage {}

    /**
     * Answer to {@code ReadEvents}.
     *
     * @param firstKept the number of the oldest event still kept
     */
    record EventsRead(JobId job, long firstKept, List<JobEvent> events) implements TopicMessage {
        /** Copies the list. */
        public EventsRead {
            events = List.copyOf(events);
        }
    }

    /** How busy was the cluster until now. */
    record ReadPulses() implements TopicMessage {}

    /** Answer to {@code ReadPulses}. */
    record PulsesRead(Pulse.History history) implements TopicMessage {}

    /** May the bearer of this token do something; and where is this job. */
    record Authenticate(String tokenHash) implements TopicMessage {}

    /** Who the bearer is; empty when the token is not known. */
    record Authenticated(Optional<Principal> principal) implements TopicMessage {}

    /** Which namespace a job, given by its whole id, belongs to. */
    record Locate(JobId job) implements TopicMessage {}

    /**
     * Where a job is.
     *
     * @param namespace empty when there is no such job
     * @param dataUri where its bytes are served, scheme to port
     */
    record Located(Optional<Namespace> namespace, String dataUri) implements TopicMessage {}

    /** A captured stream grew at a master that does not lead; its own answer. */
    record LogGrew(LogSize size) implements TopicMessage {}

    /** The request could not be answered. */
    record Failed(Problem problem) implements TopicMessage {}
}
