package dev.orrery.protocol.wire;

import static dev.orrery.protocol.wire.ModelWire.each;

import dev.orrery.model.JobId;
import dev.orrery.model.Namespace;
import dev.orrery.protocol.Topic;
import dev.orrery.protocol.TopicMessage.Head;
import dev.orrery.protocol.TopicMessage.LogSize;
import dev.orrery.protocol.TopicMessage.TopicEvent;
import dev.orrery.protocol.wire.proto.AttemptProgressForm;
import dev.orrery.protocol.wire.proto.ClusterTopicForm;
import dev.orrery.protocol.wire.proto.HeadForm;
import dev.orrery.protocol.wire.proto.JobChangedForm;
import dev.orrery.protocol.wire.proto.LogSizeForm;
import dev.orrery.protocol.wire.proto.NodesTopicForm;
import dev.orrery.protocol.wire.proto.ProgressForm;
import dev.orrery.protocol.wire.proto.TopicEventForm;
import dev.orrery.protocol.wire.proto.TopicForm;

import java.util.Optional;

/** The wire form of topics, of how far they are, and of their live events. */
final class TopicEventWire {

    private TopicEventWire() {}

    static TopicForm form(Topic topic) {
        TopicForm.Builder form = TopicForm.newBuilder();
        switch (topic) {
            case Topic.OfJob(JobId job) -> form.setJob(ModelWire.form(job));
            case Topic.OfLogs(JobId job) -> form.setLogs(ModelWire.form(job));
            case Topic.OfJobs(Optional<Namespace> namespace) ->
                    form.setJobs(namespace.map(Namespace::name).orElse(""));
            case Topic.OfAttempts(Optional<Namespace> namespace) ->
                    form.setAttempts(namespace.map(Namespace::name).orElse(""));
            case Topic.OfNodes() -> form.setNodes(NodesTopicForm.getDefaultInstance());
            case Topic.OfCluster() -> form.setCluster(ClusterTopicForm.getDefaultInstance());
        }
        return form.build();
    }

    static Topic topic(TopicForm form) {
        return switch (form.getTopicCase()) {
            case JOB -> new Topic.OfJob(ModelWire.jobId(form.getJob()));
            case LOGS -> new Topic.OfLogs(ModelWire.jobId(form.getLogs()));
            case JOBS -> new Topic.OfJobs(namespace(form.getJobs()));
            case ATTEMPTS -> new Topic.OfAttempts(namespace(form.getAttempts()));
            case NODES -> new Topic.OfNodes();
            case CLUSTER -> new Topic.OfCluster();
            case TOPIC_NOT_SET -> throw WireException.unknown("topic");
        };
    }

    private static Optional<Namespace> namespace(String name) {
        return Optional.of(name).filter(it -> !it.isEmpty()).map(Namespace::new);
    }

    static HeadForm form(Head head) {
        return HeadForm.newBuilder()
                .setTopic(form(head.topic()))
                .setSeq(head.seq())
                .setEnded(head.ended())
                .addAllLogs(each(head.logs(), TopicEventWire::form))
                .build();
    }

    static Head head(HeadForm form) {
        return new Head(
                topic(form.getTopic()),
                form.getSeq(),
                form.getEnded(),
                each(form.getLogsList(), TopicEventWire::logSize));
    }

    static TopicEventForm form(TopicEvent event) {
        TopicEventForm.Builder form = TopicEventForm.newBuilder();
        switch (event) {
            case TopicEvent.Durable durable -> form.setDurable(JobEventWire.form(durable.event()));
            case TopicEvent.Progress progress -> form.setProgress(form(progress));
            case TopicEvent.LogGrown grown -> form.setLogGrown(form(grown.size()));
            case TopicEvent.ClusterChanged changed ->
                    form.setClusterChanged(ClusterViewWire.form(changed.view()));
            case TopicEvent.JobChanged changed ->
                    form.setJobChanged(
                            JobChangedForm.newBuilder()
                                    .setNamespace(changed.namespace().name())
                                    .setEvent(JobEventWire.form(changed.event())));
            case TopicEvent.Pulsed pulsed -> form.setPulsed(WatchWire.form(pulsed.pulse()));
            case TopicEvent.AttemptsChanged changed ->
                    form.setAttemptsChanged(WatchWire.form(changed));
        }
        return form.build();
    }

    static TopicEvent event(TopicEventForm form) {
        return switch (form.getEventCase()) {
            case DURABLE -> new TopicEvent.Durable(JobEventWire.event(form.getDurable()));
            case PROGRESS -> progress(form.getProgress());
            case LOG_GROWN -> new TopicEvent.LogGrown(logSize(form.getLogGrown()));
            case CLUSTER_CHANGED ->
                    new TopicEvent.ClusterChanged(ClusterViewWire.view(form.getClusterChanged()));
            case JOB_CHANGED ->
                    new TopicEvent.JobChanged(
                            new Namespace(form.getJobChanged().getNamespace()),
                            JobEventWire.event(form.getJobChanged().getEvent()));
            case PULSED -> new TopicEvent.Pulsed(WatchWire.pulse(form.getPulsed()));
            case ATTEMPTS_CHANGED -> WatchWire.attempts(form.getAttemptsChanged());
            case EVENT_NOT_SET -> throw WireException.unknown("live event");
        };
    }

    private static AttemptProgressForm form(TopicEvent.Progress progress) {
        return AttemptProgressForm.newBuilder()
                .setAttempt(ModelWire.form(progress.attempt()))
                .setAt(ModelWire.form(progress.at()))
                .setProgress(
                        ProgressForm.newBuilder()
                                .setFraction(progress.fraction())
                                .setText(progress.text()))
                .build();
    }

    private static TopicEvent.Progress progress(AttemptProgressForm form) {
        return new TopicEvent.Progress(
                ModelWire.attempt(form.getAttempt()),
                ModelWire.instant(form.getAt()),
                form.getProgress().getFraction(),
                form.getProgress().getText());
    }

    static LogSizeForm form(LogSize size) {
        return LogSizeForm.newBuilder()
                .setAttempt(ModelWire.form(size.attempt()))
                .setStream(ContentWire.form(size.stream()))
                .setSizeBytes(size.sizeBytes())
                .build();
    }

    static LogSize logSize(LogSizeForm form) {
        return new LogSize(
                ModelWire.attempt(form.getAttempt()),
                ContentWire.stream(form.getStream()),
                form.getSizeBytes());
    }
}
