package dev.orrery.store.sql;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;

import dev.orrery.model.JobId;
import dev.orrery.model.TaskStatus;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/** The forms that values take in columns; changing one needs a migration. */
public final class Values {

    /** States with a smaller code live. */
    public static final int TERMINAL_CODE_MIN = 10;

    private static final long NANOS = 1_000_000_000L;

    /** Keeps sums of a time and a duration inside 64 bits. */
    private static final Duration DURATION_MAX = Duration.ofDays(365 * 100L);

    private static final Instant INSTANT_MAX = Instant.parse("2150-01-01T00:00:00Z");

    private static final String NO_LABELS = "{}";
    private static final JsonFactory JSON = new JsonFactory();

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

    /** The key of a job. */
    public static byte[] ofJob(JobId job) {
        return ByteBuffer.allocate(16)
                .putLong(job.value().getMostSignificantBits())
                .putLong(job.value().getLeastSignificantBits())
                .array();
    }

    /** The job of a key. */
    public static JobId toJob(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new JobId(new UUID(buffer.getLong(), buffer.getLong()));
    }

    /** Nanoseconds since 1970; times that a broken clock reports are brought into the range. */
    public static long ofInstant(Instant at) {
        if (at.isBefore(Instant.EPOCH)) {
            return 0;
        }
        Instant bounded = at.isAfter(INSTANT_MAX) ? INSTANT_MAX : at;
        return bounded.getEpochSecond() * NANOS + bounded.getNano();
    }

    /** The time of a column. */
    public static Instant toInstant(long nanos) {
        return Instant.ofEpochSecond(nanos / NANOS, nanos % NANOS);
    }

    static long ofDuration(Duration duration) {
        return (duration.compareTo(DURATION_MAX) > 0 ? DURATION_MAX : duration).toNanos();
    }

    static String ofLabels(SortedMap<String, String> labels) {
        if (labels.isEmpty()) {
            return NO_LABELS;
        }
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            for (Map.Entry<String, String> label : labels.entrySet()) {
                json.writeStringField(label.getKey(), label.getValue());
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("a text in memory can be written", e);
        }
        return text.toString();
    }

    /** Labels by their keys. */
    public static SortedMap<String, String> toLabels(String text) {
        if (text.equals(NO_LABELS)) {
            return Collections.emptySortedMap();
        }
        SortedMap<String, String> labels = new TreeMap<>();
        try (JsonParser json = JSON.createParser(text)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String key = json.currentName();
                json.nextToken();
                labels.put(key, json.getText());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("labels are not JSON: " + text, e);
        }
        return Collections.unmodifiableSortedMap(labels);
    }
}
