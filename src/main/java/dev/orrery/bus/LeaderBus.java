package dev.orrery.bus;

import dev.orrery.protocol.Message;
import dev.orrery.protocol.Message.LeaderNotice;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;

import java.time.Duration;
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
 * to a dead leader is not waited for. What it carries has no effect twice, as everything here.
 */
public final class LeaderBus implements Bus {

    /** Notices that one request follows; more would be two masters that point at each other. */
    private static final int HOPS_MAX = 5;

    private final VertxBus bus;
    private final Set<Asking> pending = ConcurrentHashMap.newKeySet();
    private final List<Consumer<LeaderNotice>> listeners = new CopyOnWriteArrayList<>();
    private volatile LeaderNotice leader = new LeaderNotice(0, "", List.of());

    /** Hears notices from now on. */
    LeaderBus(VertxBus bus) {
        this.bus = bus;
        bus.serve(Address.LEADER, this::noticed);
    }

    /** What was last heard. */
    public LeaderNotice leader() {
        return leader;
    }

    /** Calls back, on some thread, whenever a later epoch is heard of. */
    public void onLeader(Consumer<LeaderNotice> listener) {
        listeners.add(listener);
    }

    /** Tells every node who leads. */
    public void announce(LeaderNotice notice) {
        heard(notice);
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
        Asking asking = new Asking(to, message, System.nanoTime() + timeout.toNanos());
        pending.add(asking);
        asking.ask();
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
            heard(notice);
        }
        return Future.succeededFuture(message);
    }

    /** Takes what is newer; a master that knows less than we do changes nothing. */
    private void heard(LeaderNotice notice) {
        LeaderNotice before;
        synchronized (pending) {
            before = leader;
            if (notice.epoch() < before.epoch() || notice.equals(before)) {
                return;
            }
            leader = notice;
        }
        if (!notice.node().isEmpty() && !notice.node().equals(before.node())) {
            pending.forEach(asking -> asking.redirect(notice.node()));
        }
        if (notice.epoch() > before.epoch()) {
            listeners.forEach(listener -> listener.accept(notice));
        }
    }

    /** The node did not answer: ask any master next time, unless something newer was heard. */
    private void forget(String node) {
        synchronized (pending) {
            LeaderNotice known = leader;
            if (known.node().equals(node)) {
                leader = new LeaderNotice(known.epoch(), "", known.dataUris());
            }
        }
    }

    /** One request to the leader. */
    private final class Asking {
        private final Address to;
        private final Message message;
        private final long end;
        private final Promise<Message> promise = Promise.promise();
        private String asked = "";
        private int hops;

        Asking(Address to, Message message, long end) {
            this.to = to;
            this.message = message;
            this.end = end;
        }

        synchronized void ask() {
            asked = leader.node();
            hops++;
            int hop = hops;
            String node = asked;
            Duration left = Duration.ofNanos(Math.max(1_000_000, end - System.nanoTime()));
            bus.request(node.isEmpty() ? to : to.at(node), message, left)
                    .onComplete(answer -> answered(hop, node, answer));
        }

        /** Another node leads than the one that was asked. */
        synchronized void redirect(String node) {
            if (!node.equals(asked) && mayGoOn()) {
                ask();
            }
        }

        private synchronized void answered(int hop, String node, AsyncResult<Message> answer) {
            if (answer.succeeded() && !(answer.result() instanceof LeaderNotice)) {
                promise.tryComplete(answer.result());
                return;
            }
            if (hop != hops) {
                return;
            }
            if (answer.failed()) {
                forget(node);
                if (!node.isEmpty() && mayGoOn()) {
                    ask();
                } else {
                    promise.tryFail(answer.cause());
                }
                return;
            }
            LeaderNotice notice = (LeaderNotice) answer.result();
            heard(notice);
            if (hop != hops) {
                return;
            }
            boolean isElsewhere = !leader.node().isEmpty() && !leader.node().equals(node);
            if (isElsewhere && mayGoOn()) {
                ask();
            } else {
                promise.tryFail("no master leads just now");
            }
        }

        private boolean mayGoOn() {
            return hops < HOPS_MAX && !promise.future().isComplete() && end - System.nanoTime() > 0;
        }
    }
}
