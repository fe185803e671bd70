package dev.orrery.api.stream;

import dev.orrery.protocol.Principal;

import java.util.Optional;

/** A client of the fan-out; its methods may be called from any thread. */
interface Subscriber {
    /** Who it is. */
    Principal principal();

    /** Its token, for reading bytes on its behalf from another node. */
    Optional<String> token();

    /** Takes a frame, for sending in this order. */
    void deliver(Frame frame);

    /** Whether it keeps up so well that more history may be read for it. */
    boolean hasRoom();
}
