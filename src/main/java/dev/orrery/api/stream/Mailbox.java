package dev.orrery.api.stream;

import dev.orrery.config.Settings;

import io.vertx.core.Context;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The frames that wait for one client, bounded. When half of the room is taken the client is
 * warned, and volatile frames are left out; when all is, the client is given up.
 *
 * <p>Frames may be offered from any thread; all else happens on the context of the connection.
 */
final class Mailbox {
    private final Context context;
    private final Sink sink;
    private final int eventsMax;
    private final long bytesMax;
    private final AtomicInteger events = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private final Deque<Slot> waiting = new ArrayDeque<>();
    private final Map<String, Slot> volatiles = new HashMap<>();
    private boolean warned;
    private volatile boolean roomWanted;
    private boolean closed;
    private long sentSinceLook;

    /** The connection behind a mailbox. */
    interface Sink {
        /** Whether the client does not read fast enough at the moment. */
        boolean isFull();

        /** Sends a frame. */
        void send(Frame frame);

        /** The client has room again. */
        void hasRoomAgain();

        /** The client is too slow to go on with. */
        void giveUp();
    }

    Mailbox(Context context, Settings.Limits limits, Sink sink) {
        this.context = context;
        this.sink = sink;
        this.eventsMax = limits.streamBufferEvents();
        this.bytesMax = limits.streamBufferBytes();
    }

    /** Takes a frame, from any thread. */
    void offer(Frame frame) {
        events.incrementAndGet();
        bytes.addAndGet(frame.json().length());
        context.runOnContext(_ -> accept(frame));
    }

    /**
     * Whether less than half of the room is taken; from any thread. After a no, the sink is told
     * when there is room again: the wish is noted before the second look, so that it cannot be
     * missed.
     */
    boolean hasRoom() {
        if (isRoomy()) {
            return true;
        }
        roomWanted = true;
        return isRoomy();
    }

    private boolean isRoomy() {
        return events.get() <= eventsMax / 2 && bytes.get() <= bytesMax / 2;
    }

    /** Sends what waits, as far as the connection takes it. */
    void flush() {
        while (!closed && !waiting.isEmpty() && !sink.isFull()) {
            Slot slot = waiting.poll();
            volatiles.remove(slot.frame.key(), slot);
            release(slot.frame);
            sentSinceLook++;
            sink.send(slot.frame);
        }
        if (waiting.isEmpty()) {
            warned = false;
        }
        if (roomWanted && isRoomy()) {
            roomWanted = false;
            sink.hasRoomAgain();
        }
    }

    /** Whether frames wait and none was sent since this was asked the last time. */
    boolean isStuck() {
        boolean stuck = !waiting.isEmpty() && sentSinceLook == 0;
        sentSinceLook = 0;
        return stuck;
    }

    void close() {
        closed = true;
        waiting.clear();
        volatiles.clear();
    }

    private void accept(Frame frame) {
        if (closed) {
            return;
        }
        if (frame.kind() == Frame.Kind.VOLATILE) {
            acceptVolatile(frame);
        } else {
            waiting.add(new Slot(frame));
        }
        flush();
        if (!isRoomy() && !warned && !waiting.isEmpty()) {
            warned = true;
            Frame warning = Frame.lagging(frame.topic());
            events.incrementAndGet();
            bytes.addAndGet(warning.json().length());
            waiting.addFirst(new Slot(warning));
        }
        if (events.get() > eventsMax || bytes.get() > bytesMax) {
            overflow();
        }
    }

    /** A later value takes the place of an earlier one; without room it is left out. */
    private void acceptVolatile(Frame frame) {
        Optional<Slot> earlier = Optional.ofNullable(volatiles.get(frame.key()));
        if (earlier.isPresent()) {
            release(earlier.get().frame);
            earlier.get().frame = frame;
        } else if (isRoomy() || !sink.isFull()) {
            Slot slot = new Slot(frame);
            waiting.add(slot);
            volatiles.put(frame.key(), slot);
        } else {
            release(frame);
        }
    }

    /**
     * Frames under way from other threads count too; only what waits here is the client's fault.
     */
    private void overflow() {
        if (waiting.size() > eventsMax || waitingBytes() > bytesMax) {
            close();
            sink.giveUp();
        }
    }

    private long waitingBytes() {
        return bytes.get() <= bytesMax
                ? 0
                : waiting.stream().mapToLong(slot -> slot.frame.json().length()).sum();
    }

    private void release(Frame frame) {
        events.decrementAndGet();
        bytes.addAndGet(-frame.json().length());
    }

    private static final class Slot {
        private Frame frame;

        Slot(Frame frame) {
            this.frame = frame;
        }
    }
}
