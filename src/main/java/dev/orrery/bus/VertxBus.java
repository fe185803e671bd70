package dev.orrery.bus;

import dev.orrery.protocol.Message;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageConsumer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** The bus over the event bus of Vert.x. One for each Vertx; safe for any thread. */
public final class VertxBus implements Bus {
    /** The failure code of a handler that failed. */
    public static final int HANDLER_FAILED = 500;

    /** The failure code of a master that leads no more. */
    static final int LEAD_LOST = 503;

    /** The failure code of bytes that are no message of this version. */
    public static final int UNREADABLE = 400;

    private static final Logger log = LoggerFactory.getLogger(VertxBus.class);

    private final Vertx vertx;
    private final EventBus eventBus;
    private final Set<Served> serving = ConcurrentHashMap.newKeySet();

    /** Teaches the event bus our messages, which can be done once. */
    public VertxBus(Vertx vertx) {
        this.vertx = vertx;
        this.eventBus = vertx.eventBus();
        eventBus.registerCodec(new MessageWire());
    }

    @Override
    public void send(Address to, Message message) {
        eventBus.send(to.value(), message, delivery());
    }

    @Override
    public void publish(Address to, Message message) {
        eventBus.publish(to.value(), message, delivery());
    }

    @Override
    public Future<Message> request(Address to, Message message, Duration timeout) {
        DeliveryOptions delivery = delivery().setSendTimeout(timeout.toMillis());
        return eventBus.<Message>request(to.value(), message, delivery)
                .map(io.vertx.core.eventbus.Message::body);
    }

    @Override
    public Registration serve(Address at, Handler handler) {
        Served served = new Served(at, handler, vertx.getOrCreateContext());
        serving.add(served);
        return served;
    }

    /**
     * Makes every served address known to the cluster again, for a bus that has gone deaf. The old
     * registrations end once the new ones stand, so that nothing is refused in between.
     */
    public Future<Void> reregister() {
        List<Future<Void>> all = serving.stream().map(Served::renew).toList();
        return Future.join(all).mapEmpty();
    }

    /** The addresses that are served here now. */
    Set<String> addresses() {
        Set<String> addresses = new TreeSet<>();
        serving.forEach(served -> addresses.add(served.address.value()));
        return addresses;
    }

    private static DeliveryOptions delivery() {
        return new DeliveryOptions().setCodecName(MessageWire.NAME);
    }

    /** One address that is served, on the context that asked for it. */
    private final class Served implements Registration {
        private final Address address;
        private final Handler handler;
        private final Context context;
        private volatile MessageConsumer<Object> consumer;
        private volatile boolean closed;

        Served(Address address, Handler handler, Context context) {
            this.address = address;
            this.handler = handler;
            this.context = context;
            this.consumer = register();
        }

        private MessageConsumer<Object> register() {
            return eventBus.consumer(address.value(), this::receive);
        }

        Future<Void> renew() {
            Promise<Void> renewed = Promise.promise();
            context.runOnContext(_ -> {
                MessageConsumer<Object> old = consumer;
                consumer = register();
                consumer.completion()
                        .eventually(old::unregister)
                        .eventually(this::endIfClosed)
                        .onComplete(renewed);
            });
            return renewed.future();
        }

        /** A registration that was closed while it was renewed ends too. */
        private Future<Void> endIfClosed() {
            return closed ? consumer.unregister() : Future.succeededFuture();
        }

        @Override
        public Future<Void> ready() {
            return consumer.completion();
        }

        @Override
        public Future<Void> close() {
            closed = true;
            serving.remove(this);
            return consumer.unregister();
        }

        private void receive(io.vertx.core.eventbus.Message<Object> received) {
            try {
                if (received.body() instanceof Message message) {
                    answer(message)
                            .onSuccess(reply -> reply(received, reply))
                            .onFailure(cause -> fail(received, codeOf(cause), cause));
                } else {
                    fail(received, UNREADABLE, new IllegalArgumentException("not our message"));
                }
            } catch (IllegalArgumentException unreadable) {
                fail(received, UNREADABLE, unreadable);
            }
        }

        /** A message that was sent without a request wants no answer. */
        private void reply(io.vertx.core.eventbus.Message<Object> received, Message reply) {
            if (received.replyAddress() != null) {
                received.reply(reply, delivery());
            }
        }

        private Future<Message> answer(Message message) {
            try {
                return handler.handle(message);
            } catch (RuntimeException fault) {
                return Future.failedFuture(fault);
            }
        }

        private static int codeOf(Throwable cause) {
            return cause instanceof LeadLostException ? LEAD_LOST : HANDLER_FAILED;
        }

        private void fail(
                io.vertx.core.eventbus.Message<Object> received, int code, Throwable cause) {
            log.atWarn()
                    .addKeyValue("address", address)
                    .addKeyValue("code", code)
                    .setCause(cause)
                    .log("a message was not answered");
            received.fail(code, String.valueOf(cause.getMessage()));
        }
    }
}
