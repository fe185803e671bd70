package dev.orrery.bus;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.List;

/**
 * Whether this node can be reached through the cluster, tried again and again.
 *
 * <p>Vert.x delivers what a node sends to itself without the network, so a node asks another one to
 * be its mirror: the other looks up this node's address, requests an answer there, and only then
 * answers. That proves both directions and both registrations. Each round asks the next node, so
 * one dead node in a cluster of three or more makes nobody deaf; of two nodes both call themselves
 * deaf, since neither can tell whose fault it is. A node that is alone only finds that its own
 * address is still registered.
 */
public final class SelfTest {
    private static final Duration ECHO_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration MIRROR_TIMEOUT = Duration.ofSeconds(2);
    private static final int REFUSED = 403;
    private static final int UNREACHED = 503;
    private static final String ECHO = "";

    private static final Logger log = LoggerFactory.getLogger(SelfTest.class);

    private final Vertx vertx;
    private final EventBus eventBus;
    private final Membership membership;
    private final int failuresMax;
    private final Listener listener;
    private final MessageConsumer<String> consumer;
    private final long timer;
    private long round;
    private int failures;
    private boolean running;

    /** What is done about a deaf node. */
    @FunctionalInterface
    public interface Listener {
        /**
         * The node cannot be reached. Called again whenever as many more rounds have failed.
         *
         * @param failures rounds that failed in a row
         */
        void deaf(int failures);
    }

    /**
     * Begins on the caller's context, on which the listener is called too.
     *
     * @param pause between the starts of two rounds, longer than the three seconds of a round
     * @param failuresMax rounds in a row that make a node deaf
     */
    public SelfTest(
            Vertx vertx,
            Membership membership,
            Duration pause,
            int failuresMax,
            Listener listener) {
        this.vertx = vertx;
        this.eventBus = vertx.eventBus();
        this.membership = membership;
        this.failuresMax = failuresMax;
        this.listener = listener;
        this.consumer = eventBus.consumer(address(membership.self()), this::answer);
        this.timer = vertx.setPeriodic(pause.toMillis(), _ -> begin());
    }

    /** Completes when the others can find this node. */
    public Future<Void> ready() {
        return consumer.completion();
    }

    /** Ends the test. */
    public Future<Void> close() {
        vertx.cancelTimer(timer);
        return consumer.unregister();
    }

    private static String address(String node) {
        return "orrery.v1.self-test." + node;
    }

    private void begin() {
        if (running) {
            return;
        }
        running = true;
        round++;
        request(membership.self(), ECHO, ECHO_TIMEOUT)
                .compose(_ -> mirror())
                .onSuccess(_ -> failures = 0)
                .onFailure(this::failed)
                .onComplete(_ -> running = false);
    }

    private Future<Void> mirror() {
        List<String> others = membership.others();
        if (others.isEmpty()) {
            return Future.succeededFuture();
        }
        String mirror = others.get((int) (round % others.size()));
        return request(mirror, membership.self(), MIRROR_TIMEOUT);
    }

    private void answer(Message<String> message) {
        String asker = message.body();
        if (asker.equals(ECHO)) {
            message.reply(ECHO);
        } else if (membership.others().contains(asker)) {
            request(asker, ECHO, ECHO_TIMEOUT)
                    .onSuccess(_ -> message.reply(ECHO))
                    .onFailure(cause -> message.fail(UNREACHED, String.valueOf(cause)));
        } else {
            message.fail(REFUSED, "no node that is known here");
        }
    }

    private Future<Void> request(String node, String body, Duration timeout) {
        DeliveryOptions delivery = new DeliveryOptions().setSendTimeout(timeout.toMillis());
        return eventBus.request(address(node), body, delivery).mapEmpty();
    }

    private void failed(Throwable fault) {
        failures++;
        log.atWarn()
                .addKeyValue("failures", failures)
                .addKeyValue("nodes", membership.others().size() + 1)
                .setCause(fault)
                .log("the bus's test of itself failed");
        if (failures % failuresMax == 0) {
            listener.deaf(failures);
        }
    }
}
