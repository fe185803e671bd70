package dev.orrery.cli.text;

import java.io.PrintStream;

/** One line of a terminal that is written over as things change. */
public final class ProgressLine implements AutoCloseable {

    private static final String ERASE = "\r\u001b[K";
    private static final int COLUMNS_MAX = 79;

    private final PrintStream stream;
    private String shown = "";

    /** A line on the stream, empty for now. */
    public ProgressLine(PrintStream stream) {
        this.stream = stream;
    }

    /** Shows the text, cleaned and cut to the width of a terminal. */
    public void show(String text) {
        String clean = TerminalText.clean(text);
        String cut =
                clean.codePointCount(0, clean.length()) <= COLUMNS_MAX
                        ? clean
                        : clean.substring(0, clean.offsetByCodePoints(0, COLUMNS_MAX));
        if (!cut.equals(shown)) {
            stream.print(ERASE + cut);
            stream.flush();
            shown = cut;
        }
    }

    /** Takes the line away. */
    @Override
    public void close() {
        if (!shown.isEmpty()) {
            stream.print(ERASE);
            stream.flush();
        }
    }
}
