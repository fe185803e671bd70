package dev.orrery.node;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryContext;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * An event bus that loses a fifth of what a node sends, sends a fifth of it twice, and lets a
 * message overtake up to fifty others. Requests, their answers, and the self-test are no exception.
 */
final class LyingBus {
    private static final Logger LOG = LoggerFactory.getLogger(LyingBus.class);
    private static final String COPY = "lying-bus-copy";
    private static final double SHARE = 0.2;
    private static final int WINDOW = 50;
    private static final int HELD_MILLIS_MAX = 400;
    private static final int REPORT_MILLIS = 1_000;

    private final Vertx vertx;
    private final EventBus bus;
    private final Random random;
    private final List<Held> held = new ArrayList<>();
    private long told;
    private long dropped;
    private long doubled;
    private long reordered;

    private LyingBus(Vertx vertx, long seed) {
        this.vertx = vertx;
        this.bus = vertx.eventBus();
        this.random = new Random(seed);
    }

    /** A message that waits for so many others to pass. */
    private record Held(DeliveryContext<?> message, Context context, long until) {
        void release() {
            context.runOnContext(_ -> message.next());
        }
    }

    /** Makes the bus of a node lie from now on, and log how often it did. */
    static void install(Vertx vertx, long seed) {
        LyingBus lying = new LyingBus(vertx, seed);
        vertx.eventBus().addOutboundInterceptor(lying::tell);
        vertx.setPeriodic(HELD_MILLIS_MAX, _ -> lying.releaseAll());
        vertx.setPeriodic(REPORT_MILLIS, _ -> lying.report());
    }

    private synchronized void tell(DeliveryContext<Object> message) {
        told++;
        if (random.nextDouble() < SHARE) {
            dropped++;
        } else if (random.nextDouble() < SHARE) {
            reordered++;
            long until = told + 1 + random.nextInt(WINDOW);
            held.add(new Held(message, vertx.getOrCreateContext(), until));
        } else {
            message.next();
        }
        if (random.nextDouble() < SHARE) {
            sendCopy(message);
        }
        held.removeIf(it -> {
            boolean due = it.until() <= told;
            if (due) {
                it.release();
            }
            return due;
        });
    }

    /** Once more, unless it is a copy, or an answer, whose address is nobody else's. */
    private void sendCopy(DeliveryContext<Object> context) {
        Message<Object> message = context.message();
        boolean isAnswer = message.address().startsWith("__vertx.reply");
        if (isAnswer || message.headers().contains(COPY)) {
            return;
        }
        doubled++;
        DeliveryOptions options = new DeliveryOptions().addHeader(COPY, "");
        if (context.body() instanceof dev.orrery.protocol.Message) {
            options.setCodecName("orrery.v1");
        }
        if (context.send()) {
            vertx.runOnContext(_ -> bus.send(message.address(), context.body(), options));
        } else {
            vertx.runOnContext(_ -> bus.publish(message.address(), context.body(), options));
        }
    }

    private synchronized void releaseAll() {
        held.forEach(Held::release);
        held.clear();
    }

    private synchronized void report() {
        LOG.atWarn()
                .log(
                        "the bus lied: told={} dropped={} doubled={} reordered={}",
                        told,
                        dropped,
                        doubled,
                        reordered);
    }
}
