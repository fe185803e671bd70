package dev.orrery.house;

/** A scan of Java text that tells code, comments and literals apart; newlines stay in each view. */
final class JavaViews {
    private final String text;
    private final StringBuilder code = new StringBuilder();
    private final StringBuilder comments = new StringBuilder();
    private int at;

    JavaViews(String text) {
        this.text = text;
        while (at < text.length()) {
            step();
        }
    }

    String code() {
        return code.toString();
    }

    String comments() {
        return comments.toString();
    }

    private void step() {
        if (text.startsWith("//", at)) {
            comment(endOfLine());
        } else if (text.startsWith("/*", at)) {
            comment(endAfter("*/", at + 2));
        } else if (text.startsWith("\"\"\"", at)) {
            literal(endOfLiteral("\"\"\"", at + 3));
        } else if (text.charAt(at) == '"') {
            literal(endOfLiteral("\"", at + 1));
        } else if (text.charAt(at) == '\'') {
            literal(endOfLiteral("'", at + 1));
        } else {
            put(text.charAt(at), ' ');
        }
    }

    private void comment(int end) {
        while (at < end) {
            put(' ', text.charAt(at));
        }
    }

    private void literal(int end) {
        put('"', ' ');
        while (at < end - 1) {
            put(' ', ' ');
        }
        if (at < end) {
            put('"', ' ');
        }
    }

    private void put(char inCode, char inComments) {
        char written = text.charAt(at++);
        code.append(written == '\n' ? '\n' : inCode);
        comments.append(written == '\n' ? '\n' : inComments);
    }

    private int endOfLine() {
        int end = text.indexOf('\n', at);
        return end < 0 ? text.length() : end;
    }

    private int endAfter(String mark, int from) {
        int end = text.indexOf(mark, from);
        return end < 0 ? text.length() : end + mark.length();
    }

    private int endOfLiteral(String quote, int from) {
        int end = from;
        while (end < text.length() && !text.startsWith(quote, end)) {
            end += text.charAt(end) == '\\' ? 2 : 1;
        }
        return Math.min(text.length(), end + quote.length());
    }
}
