package dev.orrery.bus;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.spi.cluster.NodeListener;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The nodes of the cluster, by the ids that Vert.x gives them. It is a hint: nodes on both sides of
 * a partition take each other for gone.
 */
public final class Membership {

    private final String self;
    private final Set<String> others = new ConcurrentSkipListSet<>();
    private final List<Subscriber> subscribers = new CopyOnWriteArrayList<>();

    Membership(String self) {
        this.self = self;
    }

    /** What a node wants to know of the others; called on the context that asked. */
    public interface Listener {
        /** A node is new. */
        void joined(String node);

        /** A node left, died, or cannot be reached. */
        void left(String node);

        /** Two parts of the cluster have become one: addresses may be lost. */
        void merged();
    }

    /** The id of this node. */
    public String self() {
        return self;
    }

    /** The ids of the other nodes, in order. */
    public List<String> others() {
        return List.copyOf(others);
    }

    /** Tells the listener of every change from now on. */
    public void listen(Vertx vertx, Listener listener) {
        subscribers.add(new Subscriber(vertx.getOrCreateContext(), listener));
    }

    /** What Vert.x tells; some of it twice. */
    NodeListener nodeListener() {
        return new NodeListener() {
            @Override
            public void nodeAdded(String node) {
                if (!node.equals(self) && others.add(node)) {
                    subscribers.forEach(one -> one.run(() -> one.listener.joined(node)));
                }
            }

            @Override
            public void nodeLeft(String node) {
                if (others.remove(node)) {
                    subscribers.forEach(one -> one.run(() -> one.listener.left(node)));
                }
            }
        };
    }

    /** The nodes that were there before this one listened. */
    void found(List<String> nodes) {
        nodes.forEach(nodeListener()::nodeAdded);
    }

    /** Those that left while this node was beginning to listen. */
    void foundGone(List<String> before, List<String> now) {
        before.stream().filter(node -> !now.contains(node)).forEach(nodeListener()::nodeLeft);
    }

    void merged() {
        subscribers.forEach(one -> one.run(one.listener::merged));
    }

    private record Subscriber(Context context, Listener listener) {
        void run(Runnable call) {
            context.runOnContext(_ -> call.run());
        }
    }
}
