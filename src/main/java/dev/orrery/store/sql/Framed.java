package dev.orrery.store.sql;

import dev.orrery.protocol.DurableEvent;

import java.util.ArrayList;
import java.util.List;

/** An event and its frame. */
public final class Framed {

    private final DurableEvent event;
    private final byte[] frame;

    private Framed(DurableEvent event) {
        this.event = event;
        this.frame = EventFrames.encode(event);
    }

    /** Each event with its frame. */
    public static List<Framed> of(List<DurableEvent> events) {
        List<Framed> framed = new ArrayList<>(events.size());
        for (DurableEvent event : events) {
            framed.add(new Framed(event));
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
