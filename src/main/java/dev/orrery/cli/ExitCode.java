package dev.orrery.cli;

/** The exit codes of the program, which are part of its interface. */
public final class ExitCode {

    /** All went well. */
    public static final int OK = 0;

    /** What was asked for failed; of {@code wait}: the task did. */
    public static final int FAILED = 1;

    /** The command line was not understood. */
    public static final int USAGE = 2;

    /** No server answers. */
    public static final int UNAVAILABLE = 69;

    /** A bug of ours. */
    public static final int SOFTWARE = 70;

    /** No token, or one that does not allow this. */
    public static final int NOT_ALLOWED = 77;

    /** The configuration cannot be used. */
    public static final int CONFIGURATION = 78;

    /** Of {@code run}: the task ran longer than its timeout. */
    public static final int RUN_TIMEOUT = 124;

    /** Of {@code run}: Orrery itself failed, or the task never ran. */
    public static final int RUN_FAILED = 125;

    /** Of {@code run}: the task was cancelled. */
    public static final int CANCELLED = 130;

    private ExitCode() {}
}
