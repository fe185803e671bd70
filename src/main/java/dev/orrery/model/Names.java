package dev.orrery.model;

/**
 * The grammar of names that people choose: letters, digits, dot, dash, underscore; 1 to 63 long.
 */
public final class Names {

    static final int LENGTH_MAX = 63;

    private Names() {}

    /** The name, or a complaint that says what it is a name of. */
    public static String check(String what, String name) {
        if (!isName(name)) {
            throw new IllegalArgumentException(
                    what
                            + " is 1 to "
                            + LENGTH_MAX
                            + " letters, digits, '.', '_' or '-', beginning with a letter or"
                            + " digit");
        }
        return name;
    }

    static boolean isName(String name) {
        if (name.isEmpty() || name.length() > LENGTH_MAX || !isAlphanumeric(name.charAt(0))) {
            return false;
        }
        return name.chars().allMatch(c -> isAlphanumeric(c) || c == '.' || c == '_' || c == '-');
    }

    private static boolean isAlphanumeric(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }
}
