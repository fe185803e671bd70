package dev.orrery.model.schedule;

import dev.orrery.model.JobId;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.UUID;

/** The identity of a schedule: a UUID version 7, made by the shell and never by the pure core. */
public record ScheduleId(UUID value) implements Comparable<ScheduleId> {

    private static final long VERSION = 0x7000L;
    private static final long VARIANT = 0x8000_0000_0000_0000L;

    /**
     * Reads the canonical 36-character form.
     *
     * @throws IllegalArgumentException when the text is not a UUID in its canonical form
     */
    public static ScheduleId parse(String text) {
        return new ScheduleId(JobId.parse(text).value());
    }

    /**
     * The one job that fires at this moment, whoever decides it: a UUID version 7 with the time of
     * the moment, and a digest of schedule and moment instead of random bits. See ADR 0042.
     */
    public JobId jobAt(Instant moment) {
        byte[] name =
                ByteBuffer.allocate(28)
                        .putLong(value.getMostSignificantBits())
                        .putLong(value.getLeastSignificantBits())
                        .putLong(moment.getEpochSecond())
                        .putInt(moment.getNano())
                        .array();
        UUID digest = UUID.nameUUIDFromBytes(name);
        long random = digest.getMostSignificantBits() & 0xfff;
        long high = (moment.toEpochMilli() << 16) | VERSION | random;
        long low = (digest.getLeastSignificantBits() & ~(3L << 62)) | VARIANT;
        return new JobId(new UUID(high, low));
    }

    /** Orders by unsigned bits, which for version 7 is the order of creation. */
    @Override
    public int compareTo(ScheduleId other) {
        return new JobId(value).compareTo(new JobId(other.value));
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
