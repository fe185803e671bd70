package dev.orrery.cli.text;

/** Text of others made harmless for a terminal. */
public final class TerminalText {

    private TerminalText() {}

    /** The text with each control, format and line character replaced, so that it cannot act. */
    public static String clean(String text) {
        if (text.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
            return text;
        }
        StringBuilder clean = new StringBuilder(text.length());
        text.codePoints().map(c -> acts(c) ? '\ufffd' : c).forEach(clean::appendCodePoint);
        return clean.toString();
    }

    private static boolean acts(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.UNASSIGNED ->
                    true;
            default -> false;
        };
    }
}
