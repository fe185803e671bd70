package dev.orrery.node.leader;

import dev.orrery.model.AttemptId;
import dev.orrery.model.CapturedLog;
import dev.orrery.model.JobId;
import dev.orrery.model.Problem;
import dev.orrery.model.ProblemCode;
import dev.orrery.model.TaskRange;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.Message;
import dev.orrery.protocol.Topic;
import dev.orrery.protocol.TopicMessage;
import dev.orrery.protocol.TopicMessage.Head;
import dev.orrery.protocol.TopicMessage.LogSize;
import dev.orrery.store.JobReads;
import dev.orrery.store.LogFiles;
import dev.orrery.store.StoreException;
import dev.orrery.store.Tokens;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Answers what proxies ask about topics, jobs and tokens, from the store. Blocking. */
public final class TopicDesk {

    private final JobReads jobs;
    private final Tokens tokens;
    private final LogFiles logs;
    private final String dataUri;

    public TopicDesk(JobReads jobs, Tokens tokens, LogFiles logs, String dataUri) {
        this.jobs = jobs;
        this.tokens = tokens;
        this.logs = logs;
        this.dataUri = dataUri;
    }

    public Message answer(TopicMessage question, long epoch) {
        try {
            return switch (question) {
                case TopicMessage.Subscribe it ->
                        new TopicMessage.Subscribed(epoch, heads(it.topics()));
                case TopicMessage.ReadEvents it -> read(it);
                case TopicMessage.Authenticate it ->
                        new TopicMessage.Authenticated(tokens.find(it.tokenHash(), Instant.now()));
                case TopicMessage.Locate it ->
                        new TopicMessage.Located(
                                jobs.job(it.job()).map(JobReads.JobRow::namespace), dataUri);
                case TopicMessage.ReadPulses it -> notAQuestion(it);
                case TopicMessage.PulsesRead it -> notAQuestion(it);
                case TopicMessage.Subscribed it -> notAQuestion(it);
                case TopicMessage.Events it -> notAQuestion(it);
                case TopicMessage.EventsRead it -> notAQuestion(it);
                case TopicMessage.Authenticated it -> notAQuestion(it);
                case TopicMessage.Located it -> notAQuestion(it);
                case TopicMessage.LogGrew it -> notAQuestion(it);
                case TopicMessage.Failed it -> notAQuestion(it);
            };
        } catch (StoreException fault) {
            return new TopicMessage.Failed(
                    Problem.of(
                            ProblemCode.UNAVAILABLE,
                            "The store does not answer.",
                            "Try again in a moment."));
        }
    }

    private static Message notAQuestion(TopicMessage message) {
        return new TopicMessage.Failed(
                Problem.of(
                        ProblemCode.INTERNAL,
                        "Not a question: " + message.getClass().getSimpleName(),
                        "Report this as a bug."));
    }

    private Message read(TopicMessage.ReadEvents question) throws StoreException {
        List<JobEvent> events = jobs.events(question.job(), question.after(), question.limit());
        long firstKept = jobs.job(question.job()).isPresent() ? 1 : question.after() + 1;
        return new TopicMessage.EventsRead(question.job(), firstKept, events);
    }

    private List<Head> heads(List<Topic> topics) throws StoreException {
        List<Head> heads = new ArrayList<>(topics.size());
        for (Topic topic : topics) {
            heads.add(
                    switch (topic) {
                        case Topic.OfJob it -> jobHead(topic, it.job());
                        case Topic.OfLogs it -> jobHead(topic, it.job());
                        case Topic.OfJobs it -> new Head(topic, 0, false, List.of());
                        case Topic.OfAttempts it -> new Head(topic, 0, false, List.of());
                        case Topic.OfNodes it -> new Head(topic, 0, false, List.of());
                        case Topic.OfCluster it -> new Head(topic, 0, false, List.of());
                    });
        }
        return heads;
    }

    private Head jobHead(Topic topic, JobId job) throws StoreException {
        Optional<JobReads.JobRow> row = jobs.job(job);
        if (row.isEmpty()) {
            return new Head(topic, 0, true, List.of());
        }
        List<LogSize> sizes =
                topic instanceof Topic.OfLogs ? logSizes(job, row.get().attempt()) : List.of();
        return new Head(topic, row.get().lastSeq(), row.get().status().isTerminal(), sizes);
    }

    private List<LogSize> logSizes(JobId job, int attempt) {
        List<LogSize> sizes = new ArrayList<>();
        if (attempt > 0) {
            AttemptId id = new AttemptId(TaskRange.single(job), attempt);
            for (CapturedLog.Stream stream : CapturedLog.Stream.values()) {
                sizes.add(new LogSize(id, stream, logs.sizeBytes(id, stream)));
            }
        }
        return sizes;
    }
}
