package dev.orrery.bus;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;

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
 * one dead node in a cluster of three or more makes nobody deaf. A node that is alone only finds
 * that its own address is still registered. Every question is asked twice, as the bus may lose one.
 *
 * <p>Silence does not say whose fault it is: of two nodes both find it. What proves that the fault
 * is here, while others are visible, is that the cluster does not know this node's address: found
 * by itself, or told by another node, which then can be heard.
 */
public final class SelfTest {
    private static final Duration ECHO_TIMEOUT = Duration.ofMillis(700);
    private static final Duration MIRROR_TIMEOUT = Duration.ofMillis(1500);
    private static final int REFUSED = 403;
    private static final int UNKNOWN = 404;
    private static final int UNREACHED = 503;
    private static final String ECHO = "";

    private static final Logger log = LoggerFactory.getLogger(SelfTest.class);

    private final Vertx vertx;
    private final EventBus eventBus;
    private final Membership membership;
    private final int failuresMax;
    private final Listener listener;
    private final long timer;
    private volatile MessageConsumer<String> consumer;
    private long round;
    private int failures;
    private int proofs;
    private boolean running;

    /** What is done about a deaf node. */
    @FunctionalInterface
    public interface Listener {
        /** The node cannot be reached. Called again whenever as many more rounds have failed. */
        void deaf(Findings findings);
    }

    /**
     * Rounds in a row that failed.
     *
     * @param failures all of them
     * @param proofs those that proved that the cluster has lost this node's address
     * @param others nodes that are visible now
     */
    public record Findings(int failures, int proofs, int others) {}

    /**
     * Begins on the caller's context, on which the listener is called too.
     *
     * @param pause between the starts of two rounds, longer than the 4.4 seconds of a round
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

    /** Makes the address of the test known to the cluster again. */
    public Future<Void> renew() {
        MessageConsumer<String> old = consumer;
        consumer = eventBus.consumer(address(membership.self()), this::answer);
        return consumer.completion().eventually(old::unregister);
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
        echo().compose(_ -> mirror())
                .onSuccess(_ -> succeeded())
                .onFailure(this::failed)
                .onComplete(_ -> running = false);
    }

    private Future<Void> echo() {
        return twice(membership.self(), ECHO, ECHO_TIMEOUT)
                .recover(fault ->
                        Future.failedFuture(isUnknown(fault) ? new AddressLost(fault) : fault));
    }

    private Future<Void> mirror() {
        List<String> others = membership.others();
        if (others.isEmpty()) {
            return Future.succeededFuture();
        }
        String mirror = others.get((int) (round % others.size()));
        return twice(mirror, membership.self(), MIRROR_TIMEOUT)
                .recover(fault ->
                        Future.failedFuture(
                                codeOf(fault) == UNKNOWN ? new AddressLost(fault) : fault));
    }

    /** The cluster does not know where this node is. */
    private static final class AddressLost extends Exception {
        private static final long serialVersionUID = 1L;

        AddressLost(Throwable cause) {
            super("the cluster has lost the addresses of this node", cause);
        }
    }

    private void answer(Message<String> message) {
        String asker = message.body();
        if (asker.equals(ECHO)) {
            message.reply(ECHO);
        } else if (membership.others().contains(asker)) {
            request(asker, ECHO, ECHO_TIMEOUT)
                    .onSuccess(_ -> message.reply(ECHO))
                    .onFailure(cause ->
                            message.fail(
                                    isUnknown(cause) ? UNKNOWN : UNREACHED, String.valueOf(cause)));
        } else {
            message.fail(REFUSED, "no node that is known here");
        }
    }

    private static boolean isUnknown(Throwable fault) {
        return fault instanceof ReplyException failed
                && failed.failureType() == ReplyFailure.NO_HANDLERS;
    }

    private static int codeOf(Throwable fault) {
        return fault instanceof ReplyException failed
                        && failed.failureType() == ReplyFailure.RECIPIENT_FAILURE
                ? failed.failureCode()
                : 0;
    }

    private Future<Void> twice(String node, String body, Duration timeout) {
        return request(node, body, timeout).recover(_ -> request(node, body, timeout));
    }

    private Future<Void> request(String node, String body, Duration timeout) {
        DeliveryOptions delivery = new DeliveryOptions().setSendTimeout(timeout.toMillis());
        return eventBus.request(address(node), body, delivery).mapEmpty();
    }

    private void succeeded() {
        failures = 0;
        proofs = 0;
    }

    private void failed(Throwable fault) {
        int others = membership.others().size();
        failures++;
        proofs += fault instanceof AddressLost && others > 0 ? 1 : 0;
        log.atWarn()
                .addKeyValue("failures", failures)
                .addKeyValue("nodes", others + 1)
                .setCause(fault)
                .log("the bus's test of itself failed");
        if (failures % failuresMax == 0) {
            listener.deaf(new Findings(failures, proofs, others));
        }
    }
}
