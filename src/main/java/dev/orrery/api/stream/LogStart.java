package dev.orrery.api.stream;

/**
 * Where a reader of logs begins, or how far it is: attempts before this one, and so many bytes of
 * it, are skipped.
 */
record LogStart(int attempt, long stdout, long stderr) {
    /** From the first byte of the first attempt. */
    static final LogStart BEGINNING = new LogStart(1, 0, 0);

    /**
     * Reads the form of {@code toString}.
     *
     * @throws IllegalArgumentException when it is not of that form
     */
    static LogStart parse(String text) {
        String[] parts = text.split("/", -1);
        if (parts.length != 3) {
            throw new IllegalArgumentException("not a place in logs: " + text);
        }
        return new LogStart(
                Integer.parseInt(parts[0]), Long.parseLong(parts[1]), Long.parseLong(parts[2]));
    }

    /** The place behind a piece. */
    LogStart after(Frame.Piece piece) {
        LogStart from = piece.attempt() == attempt ? this : new LogStart(piece.attempt(), 0, 0);
        return switch (piece.stream()) {
            case STDOUT -> new LogStart(from.attempt, piece.end(), from.stderr);
            case STDERR -> new LogStart(from.attempt, from.stdout, piece.end());
        };
    }

    @Override
    public String toString() {
        return attempt + "/" + stdout + "/" + stderr;
    }
}
