package dev.orrery.protocol.wire;

import com.google.protobuf.ByteString;

import dev.orrery.protocol.wire.proto.AssignForm;
import dev.orrery.protocol.wire.proto.Envelope;
import dev.orrery.protocol.wire.proto.LaterForm;
import dev.orrery.protocol.wire.proto.StoredEvent;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** What the next build says beyond this one. */
final class Later {
    private static final Logger LOG = LoggerFactory.getLogger(Later.class);
    private static final Set<String> SEEN = ConcurrentHashMap.newKeySet();
    private static final AtomicInteger HEARTBEATS = new AtomicInteger();

    private Later() {}

    /** Sets the new fields, and sends every third heartbeat as a message that is new. */
    static void mark(Envelope.Builder envelope) {
        switch (envelope.getBodyCase()) {
            case SUBMIT -> envelope.getSubmitBuilder().setLaterOrigin("next");
            case HELLO -> envelope.getHelloBuilder().setLaterNote("next");
            case WELCOME -> envelope.getWelcomeBuilder().setLaterGreeting("next");
            case REPORTS ->
                    envelope.getReportsBuilder().setLaterTrace(ByteString.copyFromUtf8("next"));
            case ASSIGN -> {
                AssignForm.Builder assign = envelope.getAssignBuilder();
                assign.setLaterHint("next");
                assign.getAssignmentsBuilderList().forEach(one -> one.setLaterHint("next"));
            }
            case HEARTBEAT -> {
                envelope.getHeartbeatBuilder().setLaterLoad(7);
                if (Boolean.getBoolean("later.heartbeats")
                        && HEARTBEATS.incrementAndGet() % 3 == 0) {
                    envelope.setLater(
                            LaterForm.newBuilder().setHeartbeat(envelope.getHeartbeat()));
                }
            }
            default -> {}
        }
    }

    static void mark(StoredEvent.Builder stored) {
        if (stored.hasJobEvent()) {
            stored.getJobEventBuilder().setLaterOrigin("next");
        }
    }

    /** Says once of each message with a new field whether that came. */
    static void saw(Envelope envelope) {
        switch (envelope.getBodyCase()) {
            case HELLO -> say(envelope, !envelope.getHello().getLaterNote().isEmpty());
            case WELCOME -> say(envelope, !envelope.getWelcome().getLaterGreeting().isEmpty());
            case REPORTS -> say(envelope, !envelope.getReports().getLaterTrace().isEmpty());
            case HEARTBEAT -> say(envelope, envelope.getHeartbeat().getLaterLoad() == 7);
            case LATER -> say(envelope, true);
            case ASSIGN ->
                    say(
                            envelope,
                            envelope.getAssign().getAssignmentsList().stream()
                                    .allMatch(one -> one.getLaterHint().equals("next")));
            default -> {}
        }
    }

    private static void say(Envelope envelope, boolean carries) {
        String said = (carries ? "later field of " : "no later field of ") + envelope.getBodyCase();
        if (SEEN.add(said)) {
            LOG.atWarn().log(said);
        }
    }
}
