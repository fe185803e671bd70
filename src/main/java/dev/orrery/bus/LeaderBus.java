package dev.orrery.bus;

import dev.orrery.protocol.Message;
import dev.orrery.protocol.Message.LeaderNotice;

import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * A bus on which the scheduler and the topics are the leader's, wherever it is. Safe for any
 * thread.
 *
 * <p>Every master serves these addresses, both in common and each at its own node; one that does
 * not lead answers with a {@link LeaderNotice}. A request goes to the node that was last heard to
 * lead, or to any master while none is known; it follows notices that come meanwhile, so that one
 * to a dead leader is not waited for, and asks again while nobody leads, until its time is over.
 * What it carries has no effect twice, as everything here.
 */
public final class LeaderBus implements Bus {

    /** Between two questions of the same request, unless somebody newer was heard to lead. */
    private static final long PAUSE_MILLIS = 200;

    /** Questions without a pause between them; more are of masters that point at each other. */
    private static final int AT_ONCE_MAX = 5;

    /**
     * For so long a leader that cannot be reached may be one that was lost, whose lease runs out;
     * after it this node is the one that is cut off, and says so at once.
     */
    private static final Duration UNREACHED_MAX = Duration.ofSeconds(7);

    private static final Duration GREETING_TIMEOUT = Duration.ofSeconds(5);

    private final Vertx vertx;
    private final VertxBus bus;
    private final Set<Address> greeted = ConcurrentHashMap.newKeySet();
    private final Set<Asking> pending = ConcurrentHashMap.newKeySet();
    private final List<Consumer<LeaderNotice>> listeners = new CopyOnWriteArrayList<>();
    private volatile LeaderNotice leader = LeaderNotice.NONE;

    /** Whom nobody could reach from here, and since when. */
    private volatile Unreached unreached = new Unreached("", System.nanoTime());

    /** Hears notices from now on. */
    public LeaderBus(Vertx vertx, VertxBus bus) {
        this.vertx = vertx;
        this.bus = bus;
        bus.serve(Address.LEADER, this::noticed);
    }

    /** What was last heard. */
    public LeaderNotice leader() {
        return leader;
    }

    /** Calls back, on some thread, whenever something else is heard than before. */
    public void onLeader(Consumer<LeaderNotice> listener) {
        listeners.add(listener);
    }

    /** Tells every node who leads. */
    public void announce(LeaderNotice notice) {
        learn(notice);
        bus.publish(Address.LEADER, notice);
    }

    @Override
    public void send(Address to, Message message) {
        String node = leader.node();
        bus.send(isLeaders(to) && !node.isEmpty() ? to.at(node) : to, message);
    }

    @Override
    public void publish(Address to, Message message) {
        bus.publish(to, message);
    }

    @Override
    public Future<Message> request(Address to, Message message, Duration timeout) {
        if (!isLeaders(to)) {
            return bus.request(to, message, timeout);
        }
        Asking asking =
                new Asking(
                        vertx.getOrCreateContext(),
                        to,
                        message,
                        System.nanoTime() + timeout.toNanos());
        pending.add(asking);
        asking.run(asking::ask);
        return asking.promise.future().onComplete(done -> pending.remove(asking));
    }

    @Override
    public Registration serve(Address at, Handler handler) {
        return bus.serve(at, handler);
    }

    /** Makes every served address known to the cluster again, for a bus that has gone deaf. */
    public Future<Void> reregister() {
        return bus.reregister();
    }

    private static boolean isLeaders(Address to) {
        return to.equals(Address.SCHEDULER) || to.equals(Address.TOPICS);
    }

    private Future<Message> noticed(Message message) {
        if (message instanceof LeaderNotice notice) {
            learn(notice);
        }
        return Future.succeededFuture(message);
    }

    /** Takes in, for this node, what is newer; one who knows less than we do changes nothing. */
    public void learn(LeaderNotice notice) {
        notice.masters().forEach(this::greet);
        LeaderNotice before;
        synchronized (pending) {
            before = leader;
            if (notice.epoch() < before.epoch() || notice.equals(before)) {
                return;
            }
            leader = notice;
        }
        if (!notice.node().isEmpty()) {
            pending.forEach(asking -> asking.run(() -> asking.redirect(notice.node())));
        }
        listeners.forEach(listener -> listener.accept(notice));
    }

    /**
     * Asks a master something once, long before it may lead. Both sides look each other up in the
     * cluster for it and connect; at a takeover the member that holds the answer to such a look-up
     * may be the one that was lost, and silent until Hazelcast gives it up.
     */
    private void greet(String master) {
        greet(List.of(Address.SCHEDULER.at(master), Address.TOPICS.at(master)));
    }

    /** The same for places that this node may have to reach at a takeover. */
    public void greet(Collection<Address> places) {
        for (Address place : places) {
            if (greeted.add(place)) {
                bus.request(place, leader, GREETING_TIMEOUT)
                        .onFailure(fault -> greeted.remove(place));
            }
        }
    }

    /** A node left, at which Vert.x forgets all that it had looked up. */
    public void greetAgain() {
        greeted.clear();
        leader.masters().forEach(this::greet);
    }

    private record Unreached(String node, long since) {}

    private boolean isCutOff() {
        Unreached now = unreached;
        return !now.node.isEmpty() && System.nanoTime() - now.since > UNREACHED_MAX.toNanos();
    }

    /** The node did not answer: ask any master next time, unless something newer was heard. */
    private void forget(String node) {
        if (!node.isEmpty() && !unreached.node.equals(node)) {
            unreached = new Unreached(node, System.nanoTime());
        }
        synchronized (pending) {
            LeaderNotice known = leader;
            if (known.node().equals(node)) {
                leader = known.vacant();
            }
        }
    }

    /**
     * One request to the leader. It lives on the context of the one who asks, whoever brings the
     * notice that redirects it, so that the answer comes there too.
     */
    private final class Asking {
        private final Context context;
        private final Address to;
        private final Message message;
        private final long end;
        private final Promise<Message> promise = Promise.promise();

        /** Whom the last question went to; empty for any master. */
        private String asked = "";

        /** The epoch that was known when the last question went out. */
        private long epoch;

        private int questions;
        private int atOnce;

        Asking(Context context, Address to, Message message, long end) {
            this.context = context;
            this.to = to;
            this.message = message;
            this.end = end;
        }

        /** Now when we are there, or else soon. */
        void run(Runnable step) {
            if (Context.isOnEventLoopThread() && vertx.getOrCreateContext().equals(context)) {
                step.run();
            } else {
                context.runOnContext(_ -> step.run());
            }
        }

        void ask() {
            LeaderNotice known = leader;
            atOnce = known.epoch() > epoch ? 0 : atOnce + 1;
            epoch = known.epoch();
            asked = known.node();
            questions++;
            int question = questions;
            String node = asked;
            Duration left = Duration.ofNanos(Math.max(1_000_000, end - System.nanoTime()));
            bus.request(node.isEmpty() ? to : to.at(node), message, left)
                    .onComplete(answer -> answered(question, node, answer));
        }

        /** This node leads. */
        void redirect(String node) {
            if (!node.equals(asked) && !promise.future().isComplete() && mayHurry()) {
                ask();
            }
        }

        private boolean mayHurry() {
            return leader.epoch() > epoch || atOnce < AT_ONCE_MAX;
        }

        private void answered(int question, String node, AsyncResult<Message> answer) {
            if (answer.succeeded() && answer.result() instanceof LeaderNotice notice) {
                learn(notice);
                again(question, node, "no master leads just now");
            } else if (answer.succeeded()) {
                unreached = new Unreached("", System.nanoTime());
                promise.tryComplete(answer.result());
            } else if (question != questions) {
                return;
            } else if (isFinal(answer.cause())) {
                promise.tryFail(answer.cause());
            } else {
                forget(node);
                again(question, node, String.valueOf(answer.cause().getMessage()));
            }
        }

        /** Asks whoever leads instead, at once, and the same ones after a pause. */
        private void again(int question, String node, String cause) {
            if (question != questions || promise.future().isComplete()) {
                return;
            }
            String known = leader.node();
            if (!known.isEmpty() && !known.equals(node) && mayHurry()) {
                ask();
            } else if (!isCutOff() && end - System.nanoTime() > PAUSE_MILLIS * 1_000_000) {
                vertx.setTimer(PAUSE_MILLIS, id -> run(() -> askAfterPause(question)));
            } else {
                promise.tryFail(cause);
            }
        }

        private void askAfterPause(int question) {
            if (question == questions && !promise.future().isComplete()) {
                atOnce = 0;
                ask();
            }
        }
    }

    /** An answer that is a failure, which no master would give otherwise. */
    private static boolean isFinal(Throwable cause) {
        return cause instanceof ReplyException failed
                && failed.failureType() == ReplyFailure.RECIPIENT_FAILURE
                && failed.failureCode() != VertxBus.LEAD_LOST;
    }
}
