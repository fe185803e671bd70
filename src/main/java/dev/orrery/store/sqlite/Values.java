package dev.orrery.store.sqlite;

import dev.orrery.model.JobId;
import dev.orrery.model.TaskStatus;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/** The forms that values take in columns; changing one needs a migration. */
final class Values {

    /** States with a smaller code live. */
    static final int TERMINAL_CODE_MIN = 10;

    private static final long NANOS = 1_000_000_000L;

    /** Keeps sums of a time and a duration inside 64 bits. */
    private static final Duration DURATION_MAX = Duration.ofDays(365 * 100L);

    private static final Instant INSTANT_MAX = Instant.parse("2150-01-01T00:00:00Z");

    private Values() {}

    static int ofStatus(TaskStatus status) {
        return switch (status) {
            case WAITING -> 0;
            case QUEUED -> 1;
            case ASSIGNED -> 2;
            case RUNNING -> 3;
            case FORWARDED -> 4;
            case SUCCEEDED -> 10;
            case FAILED -> 11;
            case CANCELLED -> 12;
            case EXPIRED -> 13;
        };
    }

    static TaskStatus toStatus(int code) {
        for (TaskStatus status : TaskStatus.values()) {
            if (ofStatus(status) == code) {
                return status;
            }
        }
        throw new IllegalStateException("no state has the code " + code);
    }

    static byte[] ofJob(JobId job) {
        return ByteBuffer.allocate(16)
                .putLong(job.value().getMostSignificantBits())
                .putLong(job.value().getLeastSignificantBits())
                .array();
    }

    static JobId toJob(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new JobId(new UUID(buffer.getLong(), buffer.getLong()));
    }

    /** Nanoseconds since 1970; times that a broken clock reports are brought into the range. */
    static long ofInstant(Instant at) {
        if (at.isBefore(Instant.EPOCH)) {
            return 0;
        }
        Instant bounded = at.isAfter(INSTANT_MAX) ? INSTANT_MAX : at;
        return bounded.getEpochSecond() * NANOS + bounded.getNano();
    }

    static Instant toInstant(long nanos) {
        return Instant.ofEpochSecond(nanos / NANOS, nanos % NANOS);
    }

    static long ofDuration(Duration duration) {
        return (duration.compareTo(DURATION_MAX) > 0 ? DURATION_MAX : duration).toNanos();
    }
}
