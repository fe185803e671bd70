package dev.orrery.bus;

import dev.orrery.protocol.Message;

import io.vertx.core.Future;

import java.time.Duration;

/**
 * Typed messages over the event bus, in one process or clustered. Delivery is best effort: every
 * message may be lost, delayed or repeated.
 */
public interface Bus {

    /** Sends to one of the handlers of the address and forgets. */
    void send(Address to, Message message);

    /** Sends to every handler of the address and forgets. */
    void publish(Address to, Message message);

    /**
     * Sends to one of the handlers of the address and waits for its answer.
     *
     * @return fails when there is no handler, the handler failed, or the time is over
     */
    Future<Message> request(Address to, Message message, Duration timeout);

    /** Serves an address from the caller's context until the registration is closed. */
    Registration serve(Address at, Handler handler);

    /** Answers a message; a failed future is told to the sender. */
    @FunctionalInterface
    interface Handler {
        /** The answer to one message. */
        Future<Message> handle(Message message);
    }

    /** A served address. */
    interface Registration {
        /** Completes when the address is known to the cluster. */
        Future<Void> ready();

        /** Ends the service. */
        Future<Void> close();
    }
}
