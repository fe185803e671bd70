package dev.orrery.store.sqlite;

import dev.orrery.protocol.JobEvent;
import dev.orrery.store.StoreException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The bodies of the table of events: a checksum before the encoded event, because SQLite has none
 * and a flipped bit must not become another history.
 */
final class EventBodies {

    private static final int CHECKSUM_BYTES = Integer.BYTES;

    private final EventCodec codec;
    private final Faults faults;

    EventBodies(EventCodec codec, Faults faults) {
        this.codec = codec;
        this.faults = faults;
    }

    byte[] write(JobEvent event) {
        byte[] encoded = codec.encode(event);
        return ByteBuffer.allocate(CHECKSUM_BYTES + encoded.length)
                .putInt(checksum(encoded, 0))
                .put(encoded)
                .array();
    }

    JobEvent read(byte[] body) throws StoreException {
        if (body.length < CHECKSUM_BYTES
                || ByteBuffer.wrap(body).getInt() != checksum(body, CHECKSUM_BYTES)) {
            throw faults.damaged("the checksum of an event is wrong");
        }
        byte[] encoded = new byte[body.length - CHECKSUM_BYTES];
        System.arraycopy(body, CHECKSUM_BYTES, encoded, 0, encoded.length);
        return codec.decode(encoded);
    }

    private static int checksum(byte[] bytes, int from) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, bytes.length - from);
        return (int) crc.getValue();
    }
}
