package dev.orrery.node.work;

import dev.orrery.bus.Address;
import dev.orrery.bus.Bus;
import dev.orrery.config.Settings;
import dev.orrery.model.AttemptId;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.Message;
import dev.orrery.protocol.WorkerMessage;
import dev.orrery.protocol.WorkerOffer;
import dev.orrery.protocol.WorkerReply;

import io.vertx.core.Vertx;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * A worker's relation with the leader: hello, heartbeats, and the fence.
 *
 * <p>The fence counts on the monotonic clock from the moment at which the last acknowledged
 * heartbeat was sent; the leader counts the longer lease from the moment at which it came. So the
 * tasks of a worker that is cut off are dead before anybody runs them again.
 */
public final class WorkerLink implements ReportOutbox.Epochs {

    private static final Logger LOG = LoggerFactory.getLogger(WorkerLink.class);
    private static final Duration REPLY_TIMEOUT = Duration.ofSeconds(1);
    private static final long HELLO_PAUSE_MILLIS_MIN = 50;
    private static final long HELLO_PAUSE_MILLIS_MAX = 2_000;
    private static final long FENCE_CHECK_MILLIS = 250;

    private final Vertx vertx;
    private final Bus bus;
    private final Settings.Scheduling settings;
    private final Self self;
    private final Events events;
    private long session;
    private long epoch;
    private long announcedEpoch;
    private boolean welcome;
    private boolean draining;
    private boolean closed;
    private boolean fenced;
    private long lastRenewal;
    private long helloPauseMillis = HELLO_PAUSE_MILLIS_MIN;

    /** Who the worker is, and what it holds just now. */
    public record Self(
            WorkerId worker,
            long incarnation,
            WorkerOffer offer,
            String note,
            Supplier<List<AttemptId>> live) {}

    /** What the link tells its worker. */
    public interface Events {

        /** The worker belongs to the cluster for the first time. */
        void joined();

        /** These attempts are not its own any more, or are cancelled. */
        void stop(List<AttemptId> attempts);

        /** No leader for so long that everything must stop now, gently or at once. */
        void fence(boolean kill);

        /** A later incarnation of this worker lives. */
        void superseded();
    }

    public WorkerLink(
            Vertx vertx, Bus bus, Settings.Scheduling settings, Self self, Events events) {
        this.vertx = vertx;
        this.bus = bus;
        this.settings = settings;
        this.self = self;
        this.events = events;
    }

    public void start() {
        lastRenewal = System.nanoTime();
        vertx.setPeriodic(settings.heartbeat().toMillis(), id -> heartbeat());
        vertx.setPeriodic(FENCE_CHECK_MILLIS, id -> checkFence());
        hello();
    }

    /** Whether nothing may start here, since no leader has renewed the lease for too long. */
    public boolean isFenced() {
        return System.nanoTime() - lastRenewal >= settings.fence().toNanos();
    }

    /** The newest epoch it has heard of; older leaders command nothing. */
    @Override
    public long epoch() {
        return epoch;
    }

    public long session() {
        return session;
    }

    @Override
    public void heardOf(long newEpoch) {
        epoch = Math.max(epoch, newEpoch);
    }

    /** Asks for no new work from now on. */
    public void drain() {
        draining = true;
        heartbeat();
    }

    public void close() {
        closed = true;
    }

    private void hello() {
        if (closed) {
            return;
        }
        welcome = false;
        session++;
        long sentAt = System.nanoTime();
        WorkerMessage.Hello message =
                new WorkerMessage.Hello(
                        self.worker(),
                        self.incarnation(),
                        session,
                        epoch,
                        self.offer(),
                        self.live().get(),
                        self.note());
        bus.request(Address.SCHEDULER, message, REPLY_TIMEOUT)
                .onSuccess(reply -> answered(reply, sentAt, message.session()))
                .onFailure(fault -> helloAgain());
    }

    private void helloAgain() {
        vertx.setTimer(helloPauseMillis, id -> hello());
        helloPauseMillis = Math.min(HELLO_PAUSE_MILLIS_MAX, 2 * helloPauseMillis);
    }

    /**
     * Another master leads: it should hear of this worker now and not at the next beat. Once an
     * epoch, for one that cannot be reached is forgotten and heard of again all the time.
     *
     * @return whether the epoch is new
     */
    public boolean leaderChanged(long newEpoch) {
        boolean isNew = newEpoch > Math.max(epoch, announcedEpoch);
        if (isNew) {
            announcedEpoch = newEpoch;
            heartbeat();
        }
        return isNew;
    }

    private void heartbeat() {
        beat(true);
    }

    /** One that is not answered is repeated once, which goes to whatever master answers. */
    private void beat(boolean repeat) {
        if (closed || !welcome) {
            return;
        }
        long sentAt = System.nanoTime();
        long sentIn = session;
        WorkerMessage.Heartbeat message =
                new WorkerMessage.Heartbeat(
                        self.worker(),
                        self.incarnation(),
                        session,
                        epoch,
                        self.live().get(),
                        draining);
        bus.request(Address.SCHEDULER, message, REPLY_TIMEOUT)
                .onSuccess(reply -> answered(reply, sentAt, sentIn))
                .onFailure(fault -> {
                    if (repeat) {
                        beat(false);
                    }
                });
    }

    private void answered(Message reply, long sentAt, long sentIn) {
        if (closed || sentIn != session) {
            return;
        }
        switch ((WorkerReply) reply) {
            case WorkerReply.Welcome it when it.epoch() < epoch -> helloAgain();
            case WorkerReply.Renewed it when it.epoch() < epoch -> {}
            case WorkerReply.Welcome it -> {
                renewed(it.epoch(), sentAt);
                welcome = true;
                helloPauseMillis = HELLO_PAUSE_MILLIS_MIN;
                LOG.atInfo()
                        .addKeyValue("worker", self.worker())
                        .addKeyValue("epoch", it.epoch())
                        .log("welcome");
                events.stop(it.stop());
                events.joined();
                if (draining) {
                    heartbeat();
                }
            }
            case WorkerReply.Renewed it -> {
                renewed(it.epoch(), sentAt);
                events.stop(it.stop());
            }
            case WorkerReply.SayHello it -> {
                heardOf(it.epoch());
                if (welcome) {
                    hello();
                } else {
                    helloAgain();
                }
            }
            case WorkerReply.Superseded it -> {
                close();
                events.superseded();
            }
            case WorkerReply.Acknowledged it -> {}
        }
    }

    private void renewed(long newEpoch, long sentAt) {
        heardOf(newEpoch);
        lastRenewal = Math.max(lastRenewal, sentAt);
        fenced = false;
    }

    private void checkFence() {
        if (closed) {
            return;
        }
        long silence = System.nanoTime() - lastRenewal;
        if (silence >= settings.fenceKill().toNanos()) {
            events.fence(true);
        } else if (silence >= settings.fence().toNanos() && !fenced) {
            fenced = true;
            LOG.atWarn()
                    .addKeyValue("worker", self.worker())
                    .log("no leader for too long; stopping all tasks");
            events.fence(false);
        }
    }
}
