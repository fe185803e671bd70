package dev.orrery.store.sql;

import dev.orrery.protocol.DurableEvent;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.wire.EventWire;
import dev.orrery.protocol.wire.WireException;
import dev.orrery.store.StoreException;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Runs of events as the bytes of a column: for each its length, a CRC-32C and its encoded form.
 *
 * <p>The checksum is ours because SQLite has none, and PostgreSQL need not, and a flipped bit must
 * not become another history.
 */
public final class EventFrames {

    private static final int HEADER_BYTES = 2 * Integer.BYTES;

    private final Faults faults;

    /** Frames whose damage is told as these faults. */
    public EventFrames(Faults faults) {
        this.faults = faults;
    }

    /** The frame of one event; frames one after another are a run. */
    static byte[] encode(DurableEvent event) {
        byte[] encoded = EventWire.encode(event);
        return ByteBuffer.allocate(HEADER_BYTES + encoded.length)
                .putInt(encoded.length)
                .putInt(checksum(encoded))
                .put(encoded)
                .array();
    }

    /** Frames one after another. */
    public static byte[] concatenate(List<byte[]> frames) {
        if (frames.size() == 1) {
            return frames.getFirst();
        }
        ByteBuffer run = ByteBuffer.allocate(frames.stream().mapToInt(f -> f.length).sum());
        frames.forEach(run::put);
        return run.array();
    }

    /** The events of a run. */
    public List<DurableEvent> decode(byte[] run) throws StoreException {
        List<DurableEvent> events = new ArrayList<>();
        ByteBuffer rest = ByteBuffer.wrap(run);
        while (rest.hasRemaining()) {
            events.add(next(rest));
        }
        return events;
    }

    /** The events of a run, each with its own frame, whatever a later build wrote into it. */
    public List<Framed> framed(byte[] run) throws StoreException {
        List<Framed> framed = new ArrayList<>();
        ByteBuffer rest = ByteBuffer.wrap(run);
        while (rest.hasRemaining()) {
            int start = rest.position();
            DurableEvent event = next(rest);
            framed.add(new Framed(event, Arrays.copyOfRange(run, start, rest.position())));
        }
        return framed;
    }

    /** Adds the events of one job to the list. */
    void decodeJob(byte[] run, List<JobEvent> into) throws StoreException {
        for (DurableEvent event : decode(run)) {
            if (!(event instanceof JobEvent jobEvent)) {
                throw faults.damaged("An event of no job stands among those of a job.");
            }
            into.add(jobEvent);
        }
    }

    private DurableEvent next(ByteBuffer rest) throws StoreException {
        try {
            byte[] encoded = new byte[Math.clamp(rest.getInt(), 0, rest.capacity())];
            int checksum = rest.getInt();
            rest.get(encoded);
            if (checksum != checksum(encoded)) {
                throw faults.damaged("The checksum of an event is wrong.");
            }
            return EventWire.decode(encoded);
        } catch (BufferUnderflowException e) {
            throw faults.damaged("An event is cut off.");
        } catch (WireException e) {
            throw faults.broken("the store has an event that this program cannot read", e);
        }
    }

    private static int checksum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
