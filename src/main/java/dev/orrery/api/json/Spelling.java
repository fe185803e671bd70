package dev.orrery.api.json;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** A guess at what somebody meant to write. */
public final class Spelling {
    private static final int LENGTH_MAX = 40;

    private Spelling() {}

    /** The known word nearest to what was written, unless it is too far off to be meant. */
    public static Optional<String> nearest(String written, List<String> known) {
        if (written.length() > LENGTH_MAX) {
            return Optional.empty();
        }
        int distanceMax = Math.max(1, written.length() / 3);
        return known.stream()
                .filter(word -> distance(written, word) <= distanceMax)
                .min(Comparator.comparingInt(word -> distance(written, word)));
    }

    /** How many letters must be changed, added or removed. */
    private static int distance(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int changed = diagonal + (same(from.charAt(i - 1), to.charAt(j - 1)) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[to.length()];
    }

    private static boolean same(char a, char b) {
        return Character.toLowerCase(a) == Character.toLowerCase(b);
    }
}
