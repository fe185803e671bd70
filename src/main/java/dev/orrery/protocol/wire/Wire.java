package dev.orrery.protocol.wire;

import dev.orrery.protocol.Message;
import dev.orrery.protocol.SchedulerReply;
import dev.orrery.protocol.SchedulerRequest;
import dev.orrery.protocol.TopicMessage;
import dev.orrery.protocol.WorkerCommand;
import dev.orrery.protocol.WorkerCommandReply;
import dev.orrery.protocol.WorkerMessage;
import dev.orrery.protocol.WorkerReply;
import dev.orrery.protocol.wire.proto.Envelope;

/** The bytes of a message on the event bus. Pure, and safe for any thread. */
public final class Wire {
    private static final int VERSION = 1;

    private Wire() {}

    /** The bytes of a message. */
    public static byte[] encode(Message message) {
        Envelope.Builder envelope = Envelope.newBuilder().setVersion(VERSION);
        switch (message) {
            case SchedulerRequest request -> SchedulerWire.put(request, envelope);
            case SchedulerReply reply -> SchedulerWire.put(reply, envelope);
            case WorkerMessage said -> WorkerWire.put(said, envelope);
            case WorkerReply reply -> WorkerWire.put(reply, envelope);
            case WorkerCommand command -> CommandWire.put(command, envelope);
            case WorkerCommandReply reply -> CommandWire.put(reply, envelope);
            case TopicMessage said -> TopicWire.put(said, envelope);
            case Message.LeaderNotice notice -> TopicWire.put(notice, envelope);
        }
        return envelope.build().toByteArray();
    }

    /**
     * The message of these bytes. Fields that a later version added are ignored.
     *
     * @throws WireException (unchecked) when the bytes are damaged, or hold a message that this
     *     version does not know
     */
    public static Message decode(byte[] bytes) {
        return Frames.decode(bytes, Envelope.parser(), Wire::message);
    }

    private static Message message(Envelope envelope) {
        Frames.checkVersion(envelope.getVersion(), VERSION);
        return switch (envelope.getBodyCase()) {
            case SUBMIT -> SchedulerWire.submit(envelope.getSubmit());
            case CANCEL -> SchedulerWire.cancel(envelope.getCancel());
            case RETRY -> SchedulerWire.retry(envelope.getRetry());
            case EXPLAIN -> SchedulerWire.explain(envelope.getExplain());
            case SET_DRAIN -> SchedulerWire.setDrain(envelope.getSetDrain());
            case PURGE -> SchedulerWire.purge(envelope.getPurge());
            case DESCRIBE_CLUSTER -> new SchedulerRequest.DescribeCluster();
            case OF_SCHEDULE -> ScheduleWire.request(envelope.getOfSchedule());
            case SUBMIT_MANY -> SchedulerWire.submitMany(envelope.getSubmitMany());

            case ACCEPTED -> SchedulerWire.accepted(envelope.getAccepted());
            case REFUSED -> SchedulerWire.refused(envelope.getRefused());
            case DONE -> new SchedulerReply.Done();
            case EXPLAINED -> SchedulerWire.explained(envelope.getExplained());
            case CLUSTER -> SchedulerWire.cluster(envelope.getCluster());
            case VERDICTS -> SchedulerWire.verdicts(envelope.getVerdicts());

            case HELLO -> WorkerWire.hello(envelope.getHello());
            case HEARTBEAT -> WorkerWire.heartbeat(envelope.getHeartbeat());
            case REPORTS -> WorkerWire.reports(envelope.getReports());
            case GOODBYE -> WorkerWire.goodbye(envelope.getGoodbye());

            case WELCOME -> WorkerWire.welcome(envelope.getWelcome());
            case RENEWED -> WorkerWire.renewed(envelope.getRenewed());
            case SAY_HELLO -> WorkerWire.sayHello(envelope.getSayHello());
            case ACKNOWLEDGED -> WorkerWire.acknowledged(envelope.getAcknowledged());
            case SUPERSEDED -> WorkerWire.superseded(envelope.getSuperseded());

            case ASSIGN -> CommandWire.assign(envelope.getAssign());
            case STOP -> CommandWire.stop(envelope.getStop());
            case RECALL -> CommandWire.recall(envelope.getRecall());
            case TAKEN -> CommandWire.taken(envelope.getTaken());
            case DECLINED -> CommandWire.declined(envelope.getDeclined());

            case SUBSCRIBE -> TopicWire.subscribe(envelope.getSubscribe());
            case SUBSCRIBED -> TopicWire.subscribed(envelope.getSubscribed());
            case EVENTS -> TopicWire.events(envelope.getEvents());
            case READ_EVENTS -> TopicWire.readEvents(envelope.getReadEvents());
            case EVENTS_READ -> TopicWire.eventsRead(envelope.getEventsRead());
            case AUTHENTICATE -> TopicWire.authenticate(envelope.getAuthenticate());
            case AUTHENTICATED -> TopicWire.authenticated(envelope.getAuthenticated());
            case LOCATE -> TopicWire.locate(envelope.getLocate());
            case LOCATED -> TopicWire.located(envelope.getLocated());
            case FAILED -> TopicWire.failed(envelope.getFailed());
            case READ_PULSES -> new TopicMessage.ReadPulses();
            case PULSES_READ ->
                    new TopicMessage.PulsesRead(WatchWire.history(envelope.getPulsesRead()));

            case LOG_GREW ->
                    new TopicMessage.LogGrew(TopicEventWire.logSize(envelope.getLogGrew()));

            case LEADER_NOTICE -> TopicWire.leaderNotice(envelope.getLeaderNotice());

            case BODY_NOT_SET -> throw WireException.unknown("message");
        };
    }
}
