package dev.orrery.cli.text;

import dev.orrery.model.Quantities;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Points in time as people write and read them. */
public final class Times {

    private static final DateTimeFormatter SHOWN =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

    private Times() {}

    /**
     * Reads {@code 2026-12-01T08:00:00Z}, the same with an offset or in the local zone without one,
     * or {@code in 2h}, {@code +2h}, and {@code 2h ago}.
     *
     * @throws IllegalArgumentException whose message says how a time is written
     */
    public static Instant parse(String text, Instant now) {
        String trimmed = text.strip();
        if (trimmed.startsWith("in ")) {
            return now.plus(Quantities.parseDuration(trimmed.substring(3)));
        }
        if (trimmed.startsWith("+")) {
            return now.plus(Quantities.parseDuration(trimmed.substring(1)));
        }
        if (trimmed.endsWith(" ago")) {
            return now.minus(Quantities.parseDuration(trimmed.substring(0, trimmed.length() - 4)));
        }
        try {
            return OffsetDateTime.parse(trimmed).toInstant();
        } catch (DateTimeParseException notWithOffset) {
            return parseLocal(trimmed);
        }
    }

    private static Instant parseLocal(String text) {
        try {
            return LocalDateTime.parse(text).atZone(ZoneId.systemDefault()).toInstant();
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "a time is written like 2026-12-01T08:00:00Z, 'in 2h' or '2h ago', not: "
                            + text,
                    e);
        }
    }

    /** In the local zone, to the second; the text itself when it is no time. */
    public static String show(String iso) {
        try {
            return SHOWN.format(Instant.parse(iso).atZone(ZoneId.systemDefault()));
        } catch (DateTimeParseException e) {
            return iso;
        }
    }

    /** From one to the other, for people: to the millisecond below a minute. */
    public static String between(Instant from, Instant to) {
        Duration duration = Duration.between(from, to);
        if (duration.isNegative()) {
            return "0s";
        }
        if (duration.compareTo(Duration.ofMinutes(1)) < 0) {
            return String.format(Locale.ROOT, "%.3fs", duration.toMillis() / 1000.0);
        }
        return Quantities.formatDuration(duration.truncatedTo(ChronoUnit.SECONDS));
    }
}
