package dev.orrery.model;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The written forms of durations, sizes and cpus: {@code 1h30m}, {@code 512MiB}, {@code 0.5}.
 *
 * <p>What a {@code format} method writes, its {@code parse} method reads back to the same value.
 */
public final class Quantities {

    /** No written text is longer, so that no number is read that nobody can mean. */
    private static final int TEXT_MAX = 64;

    private static final Duration DURATION_MAX = Duration.ofDays(36_500);

    private static final Pattern DURATION = Pattern.compile("(?:\\d+(?:\\.\\d+)?(?:ms|[dhms]))+");
    private static final Pattern DURATION_PART = Pattern.compile("(\\d+(?:\\.\\d+)?)(ms|[dhms])");
    private static final Pattern NUMBER = Pattern.compile("\\d+(?:\\.\\d+)?");
    private static final Pattern SIZE = Pattern.compile("(\\d+(?:\\.\\d+)?) ?([A-Za-z]*)");

    /** From the longest to the shortest, the order in which they are written. */
    private static final List<TimeUnit> TIME_UNITS =
            List.of(
                    new TimeUnit("d", Duration.ofDays(1).toNanos()),
                    new TimeUnit("h", Duration.ofHours(1).toNanos()),
                    new TimeUnit("m", Duration.ofMinutes(1).toNanos()),
                    new TimeUnit("s", Duration.ofSeconds(1).toNanos()),
                    new TimeUnit("ms", Duration.ofMillis(1).toNanos()));

    private static final List<SizeUnit> BINARY_UNITS =
            List.of(
                    new SizeUnit("PiB", 1L << 50),
                    new SizeUnit("TiB", 1L << 40),
                    new SizeUnit("GiB", 1L << 30),
                    new SizeUnit("MiB", 1L << 20),
                    new SizeUnit("KiB", 1L << 10));

    private Quantities() {}

    private record TimeUnit(String name, long nanos) {}

    private record SizeUnit(String name, long bytes) {}

    /**
     * Reads {@code 1h30m}, {@code 90s}, {@code 500ms}, {@code 7d}, {@code 1.5h}, or a plain number
     * of seconds; each unit at most once, the longest first.
     *
     * @throws IllegalArgumentException whose message says how a duration is written
     */
    public static Duration parseDuration(String text) {
        String trimmed = text.strip();
        if (isNumber(trimmed)) {
            return duration(new BigDecimal(trimmed), Duration.ofSeconds(1).toNanos(), text);
        }
        if (trimmed.length() > TEXT_MAX || !DURATION.matcher(trimmed).matches()) {
            throw noDuration(text);
        }
        Duration sum = Duration.ZERO;
        int unitsPassed = 0;
        Matcher part = DURATION_PART.matcher(trimmed);
        while (part.find()) {
            int unit = indexOfTimeUnit(part.group(2));
            if (unit < unitsPassed) {
                throw noDuration(text);
            }
            unitsPassed = unit + 1;
            sum =
                    sum.plus(
                            duration(
                                    new BigDecimal(part.group(1)),
                                    TIME_UNITS.get(unit).nanos(),
                                    text));
        }
        if (sum.compareTo(DURATION_MAX) > 0) {
            throw noDuration(text);
        }
        return sum;
    }

    /** Writes the shortest exact form; below a millisecond is cut off. */
    public static String formatDuration(Duration duration) {
        if (duration.isNegative()) {
            return "-" + formatDuration(duration.negated());
        }
        Duration rest = duration;
        StringBuilder text = new StringBuilder();
        for (TimeUnit unit : TIME_UNITS) {
            long count = rest.dividedBy(Duration.ofNanos(unit.nanos()));
            if (count > 0) {
                text.append(count).append(unit.name());
                rest = rest.minus(Duration.ofNanos(unit.nanos()).multipliedBy(count));
            }
        }
        return text.isEmpty() ? "0s" : text.toString();
    }

    /**
     * Reads {@code 512MiB}, {@code 2GB}, {@code 1.5TiB} or a plain number of bytes into bytes;
     * {@code K}, {@code M}, {@code G}, {@code T} and {@code P} alone are powers of 1024.
     *
     * @throws IllegalArgumentException whose message says how a size is written
     */
    public static long parseSize(String text) {
        String trimmed = text.strip();
        Matcher size = SIZE.matcher(trimmed);
        if (trimmed.length() > TEXT_MAX || !size.matches()) {
            throw noSize(text);
        }
        long unit = sizeUnit(size.group(2)).orElseThrow(() -> noSize(text));
        try {
            return new BigDecimal(size.group(1))
                    .multiply(BigDecimal.valueOf(unit))
                    .longValueExact();
        } catch (ArithmeticException e) {
            throw noSize(text);
        }
    }

    /** Writes the exact form with the largest unit that leaves no remainder, such as 512MiB. */
    public static String formatSize(long bytes) {
        for (SizeUnit unit : BINARY_UNITS) {
            if (bytes != 0 && bytes % unit.bytes() == 0) {
                return bytes / unit.bytes() + unit.name();
            }
        }
        return bytes + "B";
    }

    /** Says about how much it is, for people: {@code 1.5 GiB}. */
    public static String describeSize(long bytes) {
        for (SizeUnit unit : BINARY_UNITS) {
            if (Math.abs(bytes) >= unit.bytes()) {
                return String.format(
                        Locale.ROOT, "%.1f %s", (double) bytes / unit.bytes(), unit.name());
            }
        }
        return bytes + " B";
    }

    /**
     * Reads a number of cpus with at most three decimals into thousandths of a cpu.
     *
     * @throws IllegalArgumentException whose message says how cpus are written
     */
    public static long parseCpuMillis(String text) {
        String trimmed = text.strip();
        if (!isNumber(trimmed)) {
            throw noCpus(text);
        }
        try {
            return new BigDecimal(trimmed).movePointRight(3).longValueExact();
        } catch (ArithmeticException e) {
            throw noCpus(text);
        }
    }

    /** Writes thousandths of a cpu as a number of cpus without needless zeros, such as 0.5. */
    public static String formatCpus(long cpuMillis) {
        return BigDecimal.valueOf(cpuMillis, 3).stripTrailingZeros().toPlainString();
    }

    private static boolean isNumber(String text) {
        return text.length() <= TEXT_MAX && NUMBER.matcher(text).matches();
    }

    private static Duration duration(BigDecimal count, long unitNanos, String text) {
        BigDecimal nanos =
                count.multiply(BigDecimal.valueOf(unitNanos)).setScale(0, RoundingMode.HALF_UP);
        if (nanos.compareTo(BigDecimal.valueOf(DURATION_MAX.toNanos())) > 0) {
            throw noDuration(text);
        }
        return Duration.ofNanos(nanos.longValueExact());
    }

    private static int indexOfTimeUnit(String name) {
        for (int i = 0; i < TIME_UNITS.size(); i++) {
            if (TIME_UNITS.get(i).name().equals(name)) {
                return i;
            }
        }
        throw new IllegalArgumentException("no unit of time: " + name);
    }

    private static Optional<Long> sizeUnit(String name) {
        return switch (name) {
            case "", "B" -> Optional.of(1L);
            case "kB", "KB" -> Optional.of(1_000L);
            case "MB" -> Optional.of(1_000_000L);
            case "GB" -> Optional.of(1_000_000_000L);
            case "TB" -> Optional.of(1_000_000_000_000L);
            case "PB" -> Optional.of(1_000_000_000_000_000L);
            case "K", "k", "KiB" -> Optional.of(1L << 10);
            case "M", "MiB" -> Optional.of(1L << 20);
            case "G", "GiB" -> Optional.of(1L << 30);
            case "T", "TiB" -> Optional.of(1L << 40);
            case "P", "PiB" -> Optional.of(1L << 50);
            default -> Optional.empty();
        };
    }

    private static IllegalArgumentException noDuration(String text) {
        return new IllegalArgumentException(
                "a duration is written like 1h30m, 90s, 500ms or 7d, at most 36500d, not: " + text);
    }

    private static IllegalArgumentException noSize(String text) {
        return new IllegalArgumentException(
                "a size is written like 512MiB, 2GB or a number of bytes, not: " + text);
    }

    private static IllegalArgumentException noCpus(String text) {
        return new IllegalArgumentException(
                "cpus are written like 2 or 0.5, with at most three decimals, not: " + text);
    }
}
