package dev.orrery.model;

/**
 * One captured stream of an attempt.
 *
 * @param sizeBytes how many bytes are kept
 * @param droppedBytes how many came past the quota and were not kept
 */
public record CapturedLog(long sizeBytes, long droppedBytes, Content content) {

    /** A stream on which nothing was written. */
    public static final CapturedLog EMPTY = new CapturedLog(0, 0, new Content.Inline(Bytes.EMPTY));

    /** Which of a process's two output streams. */
    public enum Stream {
        /** File descriptor 1. */
        STDOUT,
        /** File descriptor 2. */
        STDERR
    }
}
