package dev.orrery.config;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The known name that somebody probably meant. */
public final class Suggestion {

    private Suggestion() {}

    /** {@code ; did you mean X?}, or nothing when no known name is near. */
    public static String text(String name, List<String> known) {
        return known.stream()
                .min(Comparator.comparingInt(candidate -> distance(name, candidate)))
                .filter(nearest -> distance(name, nearest) <= Math.max(2, name.length() / 3))
                .map(nearest -> "; did you mean " + nearest + "?")
                .orElse("");
    }

    /** How many letters must be added, removed or changed; case does not count. */
    private static int distance(String one, String other) {
        String from = one.toLowerCase(Locale.ROOT);
        String to = other.toLowerCase(Locale.ROOT);
        int[] previous = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int[] current = new int[to.length() + 1];
            current[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int changed = from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1;
                current[j] =
                        Math.min(
                                previous[j - 1] + changed,
                                1 + Math.min(previous[j], current[j - 1]));
            }
            previous = current;
        }
        return previous[to.length()];
    }
}
