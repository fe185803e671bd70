package dev.orrery.store;

/** A fault of the store, of a kind that tells what may be done about it. */
public final class StoreException extends Exception {

    private static final long serialVersionUID = 1L;

    private final Kind kind;

    /** A fault with its cause. */
    public StoreException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** A fault without a cause. */
    public StoreException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /** What may be done about it. */
    public Kind kind() {
        return kind;
    }

    /** What may be done about a fault. */
    public enum Kind {
        /** A newer epoch leads: step down. Nothing was written. */
        FENCED,
        /** The events follow on another history than the stored one: load. Nothing was written. */
        CONFLICT,
        /** No space: refuse, and try again when there is some. Nothing was written. */
        FULL,
        /**
         * The store cannot be reached, or was lost while it committed: whether the batch is there
         * is unknown, so drop everything, release nothing, and load again.
         */
        UNAVAILABLE,
        /** Damage, or a failed sync: stop the process without acknowledging anything. */
        BROKEN,
        /** Another process has the data directory open: exit 73 and leave it alone. */
        LOCKED
    }
}
