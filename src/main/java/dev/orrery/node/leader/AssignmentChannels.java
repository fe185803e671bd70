package dev.orrery.node.leader;

import dev.orrery.bus.Address;
import dev.orrery.bus.Bus;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.Message;
import dev.orrery.protocol.WorkerCommand;
import dev.orrery.protocol.WorkerCommandReply;
import dev.orrery.scheduling.Effect;

import io.vertx.core.Vertx;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Brings assignments to workers, in order and exactly once in a session: one numbered batch is
 * under way to each worker, sent again until the worker has taken it, and what comes meanwhile
 * makes the next batch. The scheduler bounds how much there is.
 */
public final class AssignmentChannels {

    private static final Logger LOG = LoggerFactory.getLogger(AssignmentChannels.class);
    private static final Duration REPLY_TIMEOUT = Duration.ofSeconds(2);
    private static final long PAUSE_MILLIS_MIN = 50;
    private static final long PAUSE_MILLIS_MAX = 2_000;
    private static final int BATCH_MAX = 200;

    private final Vertx vertx;
    private final Bus bus;
    private final long epoch;
    private final Function<Effect.Assign, WorkerCommand.Assignment> packing;
    private final Map<WorkerId, Channel> channels = new HashMap<>();

    private static final class Channel {
        final WorkerId worker;
        final long incarnation;
        final long session;
        final Deque<Effect.Assign> waiting = new ArrayDeque<>();
        boolean sending;
        boolean closed;
        long seq;

        Channel(WorkerId worker, long incarnation, long session) {
            this.worker = worker;
            this.incarnation = incarnation;
            this.session = session;
        }
    }

    public AssignmentChannels(
            Vertx vertx,
            Bus bus,
            long epoch,
            Function<Effect.Assign, WorkerCommand.Assignment> packing) {
        this.vertx = vertx;
        this.bus = bus;
        this.epoch = epoch;
        this.packing = packing;
    }

    /** Begins the channel of a session; what was under way in an earlier one is dropped. */
    public void opened(WorkerId worker, long incarnation, long session) {
        Channel current = channels.get(worker);
        boolean same =
                current != null && current.incarnation == incarnation && current.session == session;
        if (!same) {
            closed(worker);
            channels.put(worker, new Channel(worker, incarnation, session));
        }
    }

    /** Ends the channel of a worker that is gone. */
    public void closed(WorkerId worker) {
        Channel channel = channels.remove(worker);
        if (channel != null) {
            channel.closed = true;
        }
    }

    public void closeAll() {
        List.copyOf(channels.keySet()).forEach(this::closed);
    }

    /** Takes an assignment along; {@code send} lets it go. */
    public void add(Effect.Assign assign) {
        Channel channel = channels.get(assign.worker());
        if (channel != null
                && channel.incarnation == assign.incarnation()
                && channel.session == assign.session()) {
            channel.waiting.add(assign);
        }
    }

    /** Sends what waits, to every worker to which nothing is under way. */
    public void send() {
        for (Channel channel : channels.values()) {
            if (!channel.sending && !channel.waiting.isEmpty()) {
                sendNext(channel);
            }
        }
    }

    private void sendNext(Channel channel) {
        List<WorkerCommand.Assignment> batch = new ArrayList<>();
        while (!channel.waiting.isEmpty() && batch.size() < BATCH_MAX) {
            batch.add(packing.apply(channel.waiting.poll()));
        }
        channel.seq++;
        channel.sending = true;
        deliver(
                channel,
                new WorkerCommand.Assign(
                        epoch, channel.incarnation, channel.session, channel.seq, batch),
                PAUSE_MILLIS_MIN);
    }

    private void deliver(Channel channel, WorkerCommand.Assign command, long pauseMillis) {
        if (channel.closed) {
            return;
        }
        bus.request(Address.worker(channel.worker, channel.incarnation), command, REPLY_TIMEOUT)
                .onSuccess(reply -> taken(channel, reply))
                .onFailure(fault ->
                        vertx.setTimer(
                                pauseMillis,
                                id ->
                                        deliver(
                                                channel,
                                                command,
                                                Math.min(PAUSE_MILLIS_MAX, 2 * pauseMillis))));
    }

    private void taken(Channel channel, Message reply) {
        channel.sending = false;
        if (channel.closed) {
            return;
        }
        if (reply instanceof WorkerCommandReply.Declined declined) {
            LOG.atInfo()
                    .addKeyValue("worker", channel.worker)
                    .addKeyValue("cause", declined.cause())
                    .log("worker declined assignments; its next hello brings them again");
            closed(channel.worker);
        } else if (!channel.waiting.isEmpty()) {
            sendNext(channel);
        }
    }
}
