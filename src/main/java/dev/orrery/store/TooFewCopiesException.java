package dev.orrery.store;

import java.io.IOException;

/**
 * Bytes cannot be put on as many masters as must have them, or no living master has them: a matter
 * of time or of starting a master, and no loss.
 */
public final class TooFewCopiesException extends IOException {

    private static final long serialVersionUID = 1L;

    /** Says what was needed and what there was. */
    public TooFewCopiesException(String message) {
        super(message);
    }
}
