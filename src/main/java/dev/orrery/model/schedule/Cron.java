package dev.orrery.model.schedule;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A cron expression: five fields from minutes to days of the week, a sixth one for seconds before
 * them, or a macro such as {@code @daily}.
 *
 * <p>Days. Where the days of the month and the days of the week are both given, and neither begins
 * with a star, one of them is enough, as in every cron since Unix version 7.
 *
 * <p>Clock changes. An expression that leaves the hour open goes by elapsed time: it fires at each
 * moment whose local time it means, in an hour that comes twice as in any other. One that names
 * hours means a time of the day: when the clocks are set back it fires at the first of the two, and
 * a time that is left out when they are set forward comes at the moment of the change. See ADR
 * 0042.
 */
public final class Cron {

    private static final Map<String, String> MACROS =
            Map.ofEntries(
                    Map.entry("@yearly", "0 0 1 1 *"),
                    Map.entry("@annually", "0 0 1 1 *"),
                    Map.entry("@monthly", "0 0 1 * *"),
                    Map.entry("@weekly", "0 0 * * 0"),
                    Map.entry("@daily", "0 0 * * *"),
                    Map.entry("@midnight", "0 0 * * *"),
                    Map.entry("@hourly", "0 * * * *"));

    private static final int TEXT_MAX = 500;
    private static final int FIELDS = 5;
    private static final int HOURS_ALL = (1 << 24) - 1;

    /** From one 29 February on a Monday to the next it can be forty years, as over 2100. */
    private static final int DAYS_MAX = 366 * 41;

    private static final int[] MONTH_DAYS = {0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    private final String text;
    private final long seconds;
    private final long minutes;
    private final long hours;
    private final long days;
    private final long months;
    private final long weekdays;
    private final boolean eitherDay;

    private Cron(String text, List<String> fields) {
        this.text = text;
        this.seconds = CronField.SECOND.parse(fields.get(0));
        this.minutes = CronField.MINUTE.parse(fields.get(1));
        this.hours = CronField.HOUR.parse(fields.get(2));
        this.days = CronField.DAY.parse(fields.get(3));
        this.months = CronField.MONTH.parse(fields.get(4));
        this.weekdays = CronField.WEEKDAY.parse(fields.get(5));
        this.eitherDay = !CronField.isOpen(fields.get(3)) && !CronField.isOpen(fields.get(5));
    }

    /**
     * Reads an expression.
     *
     * @throws IllegalArgumentException with a message that names the field at fault and its rule
     */
    public static Cron parse(String text) {
        if (text.length() > TEXT_MAX) {
            throw new IllegalArgumentException("an expression has at most 500 characters");
        }
        String plain = text.strip();
        String expanded = plain.startsWith("@") ? macro(plain) : plain;
        List<String> fields = new ArrayList<>(List.of(expanded.split("\\s+")));
        if (fields.size() == FIELDS) {
            fields.addFirst("0");
        }
        if (fields.size() != FIELDS + 1) {
            throw new IllegalArgumentException(
                    "an expression has 5 fields (minute, hour, day of month, month, day of week),"
                            + " or 6 with seconds first");
        }
        Cron cron = new Cron(plain, fields);
        if (!cron.hasDay()) {
            throw new IllegalArgumentException("day of month must be one that the month has");
        }
        return cron;
    }

    private static String macro(String text) {
        String expanded = MACROS.get(text.toLowerCase(Locale.ROOT));
        if (expanded == null) {
            throw new IllegalArgumentException(
                    "a macro is @hourly, @daily, @weekly, @monthly or @yearly");
        }
        return expanded;
    }

    /** Whether there is a day at all, which 30 February is not. */
    private boolean hasDay() {
        for (int month = 1; month < MONTH_DAYS.length; month++) {
            int first = CronField.atLeast(days, 1);
            if (CronField.has(months, month) && (eitherDay || first <= MONTH_DAYS[month])) {
                return true;
            }
        }
        return false;
    }

    /** The first moment after this one, in whole seconds; empty when there is none for years. */
    public Optional<Instant> next(Instant after, ZoneId zone) {
        ZoneRules rules = zone.getRules();
        return hours == HOURS_ALL ? nextElapsed(after, rules) : nextNamed(after, rules);
    }

    private Optional<Instant> nextElapsed(Instant after, ZoneRules rules) {
        Instant from = after.truncatedTo(ChronoUnit.SECONDS).plusSeconds(1);
        while (true) {
            ZoneOffset offset = rules.getOffset(from);
            Optional<Instant> at =
                    nextLocal(LocalDateTime.ofInstant(from, offset))
                            .map(local -> local.toInstant(offset));
            ZoneOffsetTransition change = rules.nextTransition(from);
            if (at.isEmpty() || change == null || at.get().isBefore(change.getInstant())) {
                return at;
            }
            from = change.getInstant();
        }
    }

    private Optional<Instant> nextNamed(Instant after, ZoneRules rules) {
        LocalDateTime from =
                LocalDateTime.ofInstant(after, rules.getOffset(after))
                        .truncatedTo(ChronoUnit.SECONDS)
                        .plusSeconds(1);
        while (true) {
            Optional<LocalDateTime> local = nextLocal(from);
            Optional<Instant> at = local.map(it -> moment(it, rules));
            if (at.isEmpty() || at.get().isAfter(after)) {
                return at;
            }
            from = local.get().plusSeconds(1);
        }
    }

    private static Instant moment(LocalDateTime local, ZoneRules rules) {
        List<ZoneOffset> offsets = rules.getValidOffsets(local);
        return offsets.isEmpty()
                ? rules.getTransition(local).getInstant()
                : local.toInstant(offsets.getFirst());
    }

    /** The first local time from this one on, whether it exists or not. */
    private Optional<LocalDateTime> nextLocal(LocalDateTime from) {
        LocalDate day = from.toLocalDate();
        LocalTime time = from.toLocalTime();
        for (int i = 0; i < DAYS_MAX; i++) {
            if (isOn(day)) {
                Optional<LocalTime> at = nextTime(time);
                if (at.isPresent()) {
                    return Optional.of(day.atTime(at.get()));
                }
            }
            day = day.plusDays(1);
            time = LocalTime.MIDNIGHT;
        }
        return Optional.empty();
    }

    private boolean isOn(LocalDate day) {
        boolean ofMonth = CronField.has(days, day.getDayOfMonth());
        boolean ofWeek = CronField.has(weekdays, day.getDayOfWeek().getValue() % 7);
        return CronField.has(months, day.getMonthValue())
                && (eitherDay ? ofMonth || ofWeek : ofMonth && ofWeek);
    }

    private Optional<LocalTime> nextTime(LocalTime from) {
        int hour = CronField.atLeast(hours, from.getHour());
        if (hour == from.getHour()) {
            Optional<LocalTime> within = nextInHour(from);
            if (within.isPresent()) {
                return within;
            }
            hour = CronField.atLeast(hours, hour + 1);
        }
        return hour < 0 ? Optional.empty() : nextInHour(LocalTime.of(hour, 0));
    }

    private Optional<LocalTime> nextInHour(LocalTime from) {
        int minute = CronField.atLeast(minutes, from.getMinute());
        if (minute == from.getMinute()) {
            int second = CronField.atLeast(seconds, from.getSecond());
            if (second >= 0) {
                return Optional.of(LocalTime.of(from.getHour(), minute, second));
            }
            minute = CronField.atLeast(minutes, minute + 1);
        }
        int second = CronField.atLeast(seconds, 0);
        return minute < 0
                ? Optional.empty()
                : Optional.of(LocalTime.of(from.getHour(), minute, second));
    }

    /** By its text: two ways to write the same moments are two expressions. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Cron it && text.equals(it.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** The expression as it was written. */
    @Override
    public String toString() {
        return text;
    }
}
