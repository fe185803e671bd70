package dev.orrery.api.stream;

/**
 * Where a reader of logs begins: attempts before this one, and so many bytes of it, are skipped.
 */
record LogStart(int attempt, long stdout, long stderr) {
    /** From the first byte of the first attempt. */
    static final LogStart BEGINNING = new LogStart(1, 0, 0);
}
