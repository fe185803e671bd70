package dev.orrery.api.compat;

import dev.orrery.api.json.Refusal;
import dev.orrery.config.Settings;
import dev.orrery.model.ProblemCode;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What a task of ORION asks for, written {@code MEMORY=2,STORAGE=2,DEADLINE=2027-01-31T12:00:00Z}:
 * gigabytes, and the moment before which it must start. Each may be left out, and the case of the
 * names does not count.
 */
record OrionRequirements(long memoryBytes, Optional<Instant> deadline) {
    static final String FIELD = "resourceRequirements";

    private static final Pattern GIGABYTES = Pattern.compile("\\d{1,9}(?:\\.\\d{1,9})?");
    private static final BigDecimal GIGABYTE = BigDecimal.valueOf(1_000_000_000);

    /** Reads the texts, which count as one, against the limits. */
    static OrionRequirements read(List<String> texts, Settings.Compat limits) {
        TreeMap<String, String> asked = new TreeMap<>();
        for (String entry : String.join(",", texts).split(",", -1)) {
            if (!entry.isBlank()) {
                put(asked, entry.strip());
            } else if (texts.size() > 1 || !texts.getFirst().isBlank()) {
                throw malformed("one of the requirements is empty");
            }
        }
        long memory = bytes(asked, "MEMORY", limits.orionMemoryMax());
        bytes(asked, "STORAGE", limits.orionStorageMax());
        return new OrionRequirements(
                memory, Optional.ofNullable(asked.get("DEADLINE")).map(OrionRequirements::moment));
    }

    private static void put(TreeMap<String, String> asked, String entry) {
        int equals = entry.indexOf('=');
        if (equals < 1) {
            throw malformed("a requirement is not of the form NAME=VALUE");
        }
        String name = entry.substring(0, equals).strip().toUpperCase(Locale.ROOT);
        String known =
                switch (name) {
                    case "MEMORY", "RAM" -> "MEMORY";
                    case "STORAGE", "DEADLINE" -> name;
                    default ->
                            throw malformed(
                                    "a requirement of another name than these stands there");
                };
        if (asked.put(known, entry.substring(equals + 1).strip()) != null) {
            throw malformed(known + " stands there twice");
        }
    }

    private static long bytes(TreeMap<String, String> asked, String name, long max) {
        String text = asked.getOrDefault(name, "0");
        if (!GIGABYTES.matcher(text).matches()) {
            throw malformed(name + " is not a number of gigabytes");
        }
        BigDecimal bytes = new BigDecimal(text).multiply(GIGABYTE);
        if (bytes.compareTo(BigDecimal.valueOf(max)) > 0) {
            throw Refusal.ofField(
                    ProblemCode.IMPOSSIBLE_RESOURCES,
                    FIELD,
                    "a task may not ask for so much " + name,
                    "ask for at most " + gigabytes(max) + "; see task-limits");
        }
        return bytes.longValue();
    }

    private static Instant moment(String text) {
        try {
            return OffsetDateTime.parse(text.toUpperCase(Locale.ROOT)).toInstant();
        } catch (DateTimeException e) {
            throw malformed("DEADLINE is not a moment in ISO 8601");
        }
    }

    /** Bytes as a number of gigabytes. */
    static String gigabytes(long bytes) {
        BigDecimal number = BigDecimal.valueOf(bytes).divide(GIGABYTE);
        return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
    }

    private static Refusal malformed(String detail) {
        return Refusal.ofField(
                ProblemCode.INVALID_VALUE,
                FIELD,
                detail,
                "write MEMORY=2,STORAGE=2,DEADLINE=2027-01-31T12:00:00Z, or parts of it");
    }
}
