package dev.orrery.store.sql.schedule;

import dev.orrery.model.JobId;
import dev.orrery.model.schedule.Schedule;
import dev.orrery.model.schedule.ScheduleId;
import dev.orrery.model.schedule.ScheduleProgress;
import dev.orrery.protocol.wire.ScheduleWire;
import dev.orrery.protocol.wire.WireException;
import dev.orrery.store.StoreException;
import dev.orrery.store.StoreException.Kind;
import dev.orrery.store.sql.Values;

import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** A row of the table of schedules, as its columns have it. */
final class ScheduleRow {

    static final String COLUMNS = "id, created_at, spec, progress";

    private final byte[] id;
    private final long createdAt;
    private final byte[] spec;
    private final byte[] progress;

    private ScheduleRow(byte[] id, long createdAt, byte[] spec, byte[] progress) {
        this.id = id;
        this.createdAt = createdAt;
        this.spec = spec;
        this.progress = progress;
    }

    static ScheduleRow read(ResultSet row) throws SQLException {
        return new ScheduleRow(row.getBytes(1), row.getLong(2), row.getBytes(3), row.getBytes(4));
    }

    static byte[] key(ScheduleId id) {
        return Values.ofJob(new JobId(id.value()));
    }

    Schedule schedule() throws StoreException {
        try {
            return new Schedule(
                    new ScheduleId(Values.toJob(id).value()),
                    Values.toInstant(createdAt),
                    ScheduleWire.decodeSpec(unseal(spec)),
                    ScheduleWire.decodeProgress(unseal(progress)));
        } catch (WireException e) {
            throw new StoreException(
                    Kind.BROKEN, "the store has a schedule that this program cannot read", e);
        }
    }

    static ScheduleProgress progressOf(byte[] sealed) throws StoreException {
        return ScheduleWire.decodeProgress(unseal(sealed));
    }

    /** With a checksum before them: a flipped bit must not become another schedule. */
    static byte[] seal(byte[] bytes) {
        return ByteBuffer.allocate(Integer.BYTES + bytes.length)
                .putInt(checksum(bytes))
                .put(bytes)
                .array();
    }

    private static byte[] unseal(byte[] sealed) throws StoreException {
        if (sealed.length >= Integer.BYTES) {
            byte[] bytes = Arrays.copyOfRange(sealed, Integer.BYTES, sealed.length);
            if (ByteBuffer.wrap(sealed).getInt() == checksum(bytes)) {
                return bytes;
            }
        }
        throw new StoreException(Kind.BROKEN, "the row of a schedule is damaged: restore a backup");
    }

    private static int checksum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
