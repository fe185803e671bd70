package dev.orrery.store.sql;

import dev.orrery.protocol.DurableEvent;

import java.util.ArrayList;
import java.util.List;

/** An event and its frame. */
public final class Framed {

    private final DurableEvent event;
    private final byte[] frame;

    /** An event and the frame in which it came, with fields that we may not know. */
    Framed(DurableEvent event, byte[] frame) {
        this.event = event;
        this.frame = frame;
    }

    /** Each event with its frame. */
    public static List<Framed> of(List<DurableEvent> events) {
        List<Framed> framed = new ArrayList<>(events.size());
        for (DurableEvent event : events) {
            framed.add(new Framed(event, EventFrames.encode(event)));
        }
        return framed;
    }

    /** The event. */
    public DurableEvent event() {
        return event;
    }

    /** Its frame. */
    public byte[] frame() {
        return frame;
    }
}
