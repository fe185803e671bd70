package dev.orrery.node;

import dev.orrery.config.ConfigurationException;
import dev.orrery.config.Settings;
import dev.orrery.store.StoreException;

import java.io.IOException;
import java.net.BindException;
import java.util.concurrent.ExecutionException;

/** Why a node could not start, with the exit code of the process. */
public final class NodeException extends Exception {

    private static final long serialVersionUID = 1L;
    private static final int EXIT_OTHER = 70;

    /** What the node needs for itself, another process has. */
    static final int EXIT_LOCKED = 73;

    private static final int EXIT_DAMAGED = 74;
    private static final int EXIT_CONFIGURATION = 78;

    private final int exitCode;

    NodeException(int exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    static NodeException locked(String message) {
        return new NodeException(EXIT_LOCKED, message, new IllegalStateException(message));
    }

    static NodeException of(Throwable fault, Settings.Server server) {
        Throwable cause =
                fault instanceof ExecutionException wrapped && wrapped.getCause() != null
                        ? wrapped.getCause()
                        : fault;
        if (cause instanceof NodeException it) {
            return it;
        }
        String message = String.valueOf(cause.getMessage());
        if (cause instanceof ConfigurationException) {
            return new NodeException(EXIT_CONFIGURATION, message, cause);
        }
        if (isRefusedAddress(cause, message)) {
            String where = server.host() + ":" + server.port();
            String remedy = "; give another --port (0 takes any) or --host";
            return new NodeException(
                    EXIT_LOCKED, "cannot listen on " + where + ": " + message + remedy, cause);
        }
        if (cause instanceof StoreException store) {
            return switch (store.kind()) {
                case LOCKED -> new NodeException(EXIT_LOCKED, message, cause);
                case FENCED, CONFLICT, FULL, UNAVAILABLE, BROKEN ->
                        new NodeException(EXIT_DAMAGED, message, cause);
            };
        }
        return new NodeException(EXIT_OTHER, message, cause);
    }

    /** Netty's native transport has an exception of its own, which names the call. */
    private static boolean isRefusedAddress(Throwable cause, String message) {
        return cause instanceof BindException
                || (cause instanceof IOException && message.startsWith("bind("));
    }

    /** What went wrong, in one sentence. */
    public String text() {
        return String.valueOf(getMessage());
    }

    /** The exit code, as {@code sysexits.h} has it. */
    public int exitCode() {
        return exitCode;
    }
}
