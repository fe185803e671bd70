package dev.orrery.model;

/** Where the bytes of a file or of a log are. */
public sealed interface Content {

    /** The largest content that rides along with a message or a row, in bytes. */
    int INLINE_BYTES_MAX = 16 * 1024;

    /** The bytes themselves. */
    record Inline(Bytes bytes) implements Content {}

    /** A reference to a stored blob. */
    record Stored(BlobId blob) implements Content {}

    /** Bytes that were shipped to the masters while the attempt ran, and stand in its log file. */
    record Shipped() implements Content {}
}
