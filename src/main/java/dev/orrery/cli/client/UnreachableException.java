package dev.orrery.cli.client;

import dev.orrery.cli.CommandException;
import dev.orrery.cli.ExitCode;

/** No server answered. */
public final class UnreachableException extends CommandException {

    private static final long serialVersionUID = 1L;

    /** Carries what was tried. */
    public UnreachableException(String message, Throwable cause) {
        super(ExitCode.UNAVAILABLE, message, cause);
    }
}
