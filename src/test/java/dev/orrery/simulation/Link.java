package dev.orrery.simulation;

import dev.orrery.model.Outcome.StopReason;
import dev.orrery.protocol.Message;
import dev.orrery.protocol.WorkerMessage;
import dev.orrery.protocol.WorkerReply;

import java.time.Duration;
import java.time.Instant;

/** One life's relation with the leader as {@code WorkerLink} has it: hello, heartbeats, fence. */
final class Link {

    private static final long REPLY_TIMEOUT = 2 * Dice.SECOND;
    static final long HEARTBEAT = 2 * Dice.SECOND;
    private static final long PAUSE_MIN = 50 * Dice.MILLI;
    private static final long PAUSE_MAX = 2 * Dice.SECOND;
    private static final long CHECK = 250 * Dice.MILLI;
    private static final long FENCE = 24 * Dice.SECOND;
    private static final long FENCE_KILL = 28 * Dice.SECOND;

    private final World world;
    private final Worker worker;
    private final Host host;
    private final long late;
    private long session;
    private long epoch;
    private long announced;
    private boolean welcome;
    private boolean closed;
    private boolean fenced;
    private long lastRenewal;
    private Instant lastRenewalByTheWall;
    private long renewedAt;
    private long pause = PAUSE_MIN;

    Link(World world, Worker worker) {
        this.world = world;
        this.worker = worker;
        this.host = worker.host;
        this.lastRenewal = host.nanos();
        this.lastRenewalByTheWall = host.moment().wall();
        this.renewedAt = world.agenda.now();
        this.late = world.has(Bug.FENCE_COMES_AFTER_THE_LEASE) ? 16 * Dice.SECOND : 0;
    }

    void start() {
        lastRenewal = host.nanos();
        lastRenewalByTheWall = host.moment().wall();
        renewedAt = world.agenda.now();
        host.every(HEARTBEAT, this::heartbeat);
        watchFence();
        hello();
    }

    /** When the last renewal that was answered was sent, on the clock of the agenda. */
    long renewedAt() {
        return renewedAt;
    }

    long epoch() {
        return epoch;
    }

    long session() {
        return session;
    }

    void heardOf(long newEpoch) {
        epoch = Math.max(epoch, newEpoch);
    }

    void close() {
        closed = true;
    }

    /** Whether the lease is sure to last: what starts now can be stopped in time. */
    boolean mayStart() {
        return silence() < FENCE + late || world.has(Bug.WORKER_STARTS_WITHOUT_A_LEASE);
    }

    /** Another master began to lead; whether that is new. */
    boolean leaderChanged(long newEpoch) {
        boolean isNew = newEpoch > Math.max(epoch, announced);
        if (isNew) {
            announced = newEpoch;
            heartbeat();
        }
        return isNew;
    }

    private void hello() {
        if (closed) {
            return;
        }
        welcome = false;
        session++;
        long of = session;
        ask(
                new WorkerMessage.Hello(
                        worker.id,
                        host.life().number(),
                        of,
                        epoch,
                        worker.offer(),
                        worker.live(),
                        ""),
                false);
    }

    private void helloAgain() {
        host.after(pause, this::hello);
        pause = Math.min(PAUSE_MAX, 2 * pause);
    }

    void heartbeat() {
        beat(true);
    }

    /** One that is not answered is repeated once. */
    private void beat(boolean repeat) {
        if (closed || !welcome) {
            return;
        }
        ask(
                new WorkerMessage.Heartbeat(
                        worker.id,
                        host.life().number(),
                        session,
                        epoch,
                        worker.live(),
                        worker.isDraining()),
                repeat);
        if (world.whims.has(Whim.WORKER_FREEZES_AFTER_HEARTBEAT)) {
            world.freeze(host, world.chance.between(Dice.SECOND, 40 * Dice.SECOND));
        }
    }

    private void ask(WorkerMessage message, boolean repeat) {
        long sentAt = host.nanos();
        Instant sentByTheWall = host.moment().wall();
        long at = world.agenda.now();
        long of = session;
        worker.calls.request(
                message,
                REPLY_TIMEOUT,
                new Network.Answer<>() {
                    @Override
                    public void came(Message value) {
                        if (!closed && of == session && value instanceof WorkerReply reply) {
                            answered(reply, new Sent(sentAt, sentByTheWall, at));
                        }
                    }

                    @Override
                    public void missing() {
                        if (!closed && of == session && message instanceof WorkerMessage.Hello) {
                            helloAgain();
                        } else if (repeat) {
                            beat(false);
                        }
                    }
                });
    }

    /** When a question was sent, by each clock. */
    private record Sent(long nanos, Instant wall, long agenda) {}

    private void answered(WorkerReply reply, Sent sent) {
        switch (reply) {
            case WorkerReply.Welcome it -> {
                if (it.epoch() < epoch) {
                    helloAgain();
                    return;
                }
                renewed(it.epoch(), sent);
                welcome = true;
                pause = PAUSE_MIN;
                worker.stop(it.stop(), StopReason.STALE);
                worker.startWhatFits();
                if (worker.isDraining()) {
                    heartbeat();
                }
            }
            case WorkerReply.Renewed it -> {
                if (it.epoch() >= epoch) {
                    renewed(it.epoch(), sent);
                    worker.stop(it.stop(), StopReason.STALE);
                    worker.startWhatFits();
                }
            }
            case WorkerReply.SayHello it -> {
                heardOf(it.epoch());
                if (welcome) {
                    hello();
                } else {
                    helloAgain();
                }
            }
            case WorkerReply.Superseded it ->
                    throw new Violation(host + " is superseded, but is the last of its name");
            case WorkerReply.Acknowledged it -> {}
        }
    }

    private void renewed(long newEpoch, Sent sent) {
        heardOf(newEpoch);
        world.witness.heard(worker, newEpoch);
        if (sent.nanos() - lastRenewal > 0) {
            lastRenewal = sent.nanos();
            lastRenewalByTheWall = sent.wall();
            renewedAt = sent.agenda();
        }
        fenced = false;
    }

    private long silence() {
        return world.has(Bug.FENCE_RUNS_BY_THE_WALL_CLOCK)
                ? Duration.between(lastRenewalByTheWall, host.moment().wall()).toNanos()
                : host.nanos() - lastRenewal;
    }

    private void watchFence() {
        long untilDue = FENCE + late - silence();
        host.after(
                Math.max(CHECK, Math.min(untilDue, FENCE)),
                () -> {
                    checkFence();
                    watchFence();
                });
    }

    private void checkFence() {
        if (closed) {
            return;
        }
        long silence = silence();
        if (silence >= FENCE_KILL + late) {
            worker.fence(true);
        } else if (silence >= FENCE + late && !fenced) {
            fenced = true;
            worker.fence(false);
        }
    }
}
