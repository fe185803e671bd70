package dev.orrery.simulation;

import dev.orrery.model.WorkerId;
import dev.orrery.protocol.WorkerCommand;
import dev.orrery.protocol.WorkerCommandReply;
import dev.orrery.scheduling.Effect;
import dev.orrery.simulation.Host.Life;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Brings assignments to workers as {@code AssignmentChannels} does: one numbered batch at a time.
 */
final class Channels {

    private static final long REPLY_TIMEOUT = 2 * Dice.SECOND;
    private static final long PAUSE_MIN = 50 * Dice.MILLI;
    private static final long PAUSE_MAX = 2 * Dice.SECOND;

    private final World world;
    private final Host host;
    private final long epoch;
    private final Map<WorkerId, Channel> channels = new TreeMap<>();

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

    Channels(World world, Host host, long epoch) {
        this.world = world;
        this.host = host;
        this.epoch = epoch;
    }

    void opened(WorkerId worker, long incarnation, long session) {
        Channel current = channels.get(worker);
        boolean same =
                current != null && current.incarnation == incarnation && current.session == session;
        if (!same) {
            closed(worker);
            channels.put(worker, new Channel(worker, incarnation, session));
        }
    }

    void closed(WorkerId worker) {
        Channel channel = channels.remove(worker);
        if (channel != null) {
            channel.closed = true;
        }
    }

    void closeAll() {
        List.copyOf(channels.keySet()).forEach(this::closed);
    }

    void add(Effect.Assign assign) {
        Channel channel = channels.get(assign.worker());
        if (channel != null
                && channel.incarnation == assign.incarnation()
                && channel.session == assign.session()) {
            channel.waiting.add(assign);
        }
    }

    void send() {
        for (Channel channel : channels.values()) {
            if (!channel.sending && !channel.waiting.isEmpty()) {
                sendNext(channel);
            }
        }
    }

    private void sendNext(Channel channel) {
        List<WorkerCommand.Assignment> batch = new ArrayList<>();
        while (!channel.waiting.isEmpty()) {
            Effect.Assign it = channel.waiting.poll();
            batch.add(
                    new WorkerCommand.Assignment(
                            world.numbered(it.attempt()), it.spec(), it.number(), "", ""));
        }
        channel.seq++;
        channel.sending = true;
        WorkerCommand.Assign command =
                new WorkerCommand.Assign(
                        epoch, channel.incarnation, channel.session, channel.seq, batch);
        deliver(channel, command, PAUSE_MIN);
        if (world.has(Bug.QUEUE_ENTRY_IS_RELEASED_TWICE)) {
            sendToAnother(channel, batch);
        }
    }

    private void sendToAnother(Channel channel, List<WorkerCommand.Assignment> batch) {
        channels.values().stream()
                .filter(it -> it != channel && !it.sending)
                .findFirst()
                .ifPresent(other -> {
                    other.seq++;
                    other.sending = true;
                    deliver(
                            other,
                            new WorkerCommand.Assign(
                                    epoch, other.incarnation, other.session, other.seq, batch),
                            PAUSE_MIN);
                });
    }

    private void deliver(Channel channel, WorkerCommand.Assign command, long pause) {
        if (channel.closed) {
            return;
        }
        Worker worker = world.worker(channel.worker);
        world.network.<WorkerCommandReply>request(
                host,
                new Life(worker.host, (int) channel.incarnation),
                reply -> worker.command(command, reply),
                REPLY_TIMEOUT,
                new Network.Answer<>() {
                    @Override
                    public void came(WorkerCommandReply reply) {
                        taken(channel, reply);
                    }

                    @Override
                    public void missing() {
                        host.after(
                                pause,
                                () -> deliver(channel, command, Math.min(PAUSE_MAX, 2 * pause)));
                    }
                });
    }

    private void taken(Channel channel, WorkerCommandReply reply) {
        channel.sending = false;
        if (channel.closed) {
            return;
        }
        if (reply instanceof WorkerCommandReply.Declined) {
            closed(channel.worker);
        } else if (!channel.waiting.isEmpty()) {
            sendNext(channel);
        }
    }
}
