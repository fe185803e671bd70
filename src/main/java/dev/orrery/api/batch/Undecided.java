package dev.orrery.api.batch;

import java.util.concurrent.Semaphore;

/**
 * The room for submissions that the leader has not decided about, shared by all batches of a node.
 * Together they stay under what a leader lets wait, so that none is refused for the haste of
 * another.
 */
final class Undecided {
    private static final int BYTES_MAX = 8 * 1024 * 1024;

    /** What a submission takes beside its text; the bytes above are room for 8,000 small ones. */
    private static final int SUBMISSION_BYTES = 1024;

    private final Semaphore room = new Semaphore(BYTES_MAX, true);

    /** What a group of lines of so many bytes takes. */
    static int sizeOf(int lines, long bytes) {
        return (int) Math.min(BYTES_MAX, (long) lines * SUBMISSION_BYTES + bytes);
    }

    /** Waits for so much room. */
    void enter(int size) throws InterruptedException {
        room.acquire(size);
    }

    /** Gives it back. */
    void leave(int size) {
        room.release(size);
    }
}
