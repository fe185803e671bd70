package dev.orrery.cli.client;

import dev.orrery.cli.CommandException;
import dev.orrery.cli.ExitCode;

/** No server answered. */
public final class UnreachableException extends CommandException {

    private static final long serialVersionUID = 1L;

    private final boolean uncertain;

    /** Carries what was tried. */
    public UnreachableException(String message, Throwable cause) {
        this(message, cause, false);
    }

    private UnreachableException(String message, Throwable cause, boolean uncertain) {
        super(ExitCode.UNAVAILABLE, message, cause);
        this.uncertain = uncertain;
    }

    /** The end of a request that must not be sent twice, and that a server may have taken. */
    static UnreachableException uncertain(String reason, Throwable cause) {
        return new UnreachableException(
                "no answer, so that it may have been done or not; look before you repeat it: "
                        + reason,
                cause,
                true);
    }

    /** Whether it may have been done all the same. */
    public boolean isUncertain() {
        return uncertain;
    }
}
