package dev.orrery.model.schedule;

import java.util.List;
import java.util.Locale;

/** One field of a cron expression: its name, its bounds, and the names of its values. */
enum CronField {
    SECOND("second", 0, 59, List.of()),
    MINUTE("minute", 0, 59, List.of()),
    HOUR("hour", 0, 23, List.of()),
    DAY("day of month", 1, 31, List.of()),
    MONTH(
            "month",
            1,
            12,
            List.of(
                    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV",
                    "DEC")),
    WEEKDAY("day of week", 0, 7, List.of("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"));

    private static final int DIGITS_MAX = 4;

    private final String title;
    private final int min;
    private final int max;
    private final List<String> names;

    CronField(String title, int min, int max, List<String> names) {
        this.title = title;
        this.min = min;
        this.max = max;
        this.names = names;
    }

    /**
     * The values that the text means, as bits; Sunday is bit 0 whichever way it is written.
     *
     * @throws IllegalArgumentException with a message that names the field and its rule
     */
    long parse(String text) {
        long values = 0;
        for (String part : text.split(",", -1)) {
            values |= part(part);
        }
        return this == WEEKDAY ? (values | (values >>> 7)) & 0x7f : values;
    }

    /** Whether the text begins with a star, which {@code ?} is another word for. */
    static boolean isOpen(String text) {
        return text.startsWith("*") || text.startsWith("?");
    }

    private long part(String text) {
        int slash = text.indexOf('/');
        String range = slash < 0 ? text : text.substring(0, slash);
        int step = slash < 0 ? 1 : step(text.substring(slash + 1));
        int dash = range.indexOf('-');
        int first;
        int last;
        if (range.equals("*") || range.equals("?")) {
            first = min;
            last = this == WEEKDAY ? 6 : max;
        } else if (dash > 0) {
            first = value(range.substring(0, dash));
            last = value(range.substring(dash + 1));
        } else {
            first = value(range);
            last = slash < 0 ? first : max;
        }
        if (first > last) {
            throw invalid("a range goes upwards, and " + range + " does not");
        }
        long values = 0;
        for (int value = first; value <= last; value += step) {
            values |= 1L << value;
        }
        return values;
    }

    private int step(String text) {
        int step = number(text);
        if (step < 1 || step > max) {
            throw invalid("the step after '/' must be 1 to " + max);
        }
        return step;
    }

    private int value(String text) {
        int name = names.indexOf(text.toUpperCase(Locale.ROOT));
        int value = name < 0 ? number(text) : name + min;
        if (value < min || value > max) {
            throw invalid(rule());
        }
        return value;
    }

    /** The number, or one that no field allows. */
    private static int number(String text) {
        boolean isNumber = text.length() <= DIGITS_MAX && text.matches("[0-9]+");
        return isNumber ? Integer.parseInt(text) : -1;
    }

    private String rule() {
        String words = names.isEmpty() ? "" : ", or " + names.getFirst() + " to " + names.getLast();
        return "must be " + min + " to " + max + words;
    }

    private IllegalArgumentException invalid(String rule) {
        return new IllegalArgumentException(title + " " + rule);
    }

    /** The smallest value that is at least this, -1 when there is none. */
    static int atLeast(long values, int value) {
        long rest = values & (-1L << value);
        return rest == 0 ? -1 : Long.numberOfTrailingZeros(rest);
    }

    static boolean has(long values, int value) {
        return ((values >>> value) & 1) == 1;
    }
}
