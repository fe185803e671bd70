package dev.orrery.execution.posix;

/** Starts programs, in the best way that the system has. */
public interface Launcher extends AutoCloseable {

    /** Starts a program, whose output goes to the sinks while its {@link Child} is awaited. */
    Result launch(Launch launch, Child.Sink stdout, Child.Sink stderr);

    /** How to signal what it started. */
    Signals signals();

    /** Takes the orphans of tasks for our own children, where the system allows. */
    void adoptOrphans();

    /** Gives up what it keeps for the next program; called once, when none runs. */
    @Override
    void close();

    /** {@code posix_spawn} where the system has it whole, else the Java library's own way. */
    static Launcher best() {
        return Libc.isComplete() ? new NativeLauncher() : new LibraryLauncher();
    }

    /** The Java library's own way, which works everywhere and knows less. */
    static Launcher portable() {
        return new LibraryLauncher();
    }

    /** What came of it. */
    sealed interface Result {

        /**
         * It runs.
         *
         * @param isLate whether it may have started others before it joined its control group
         */
        record Started(Child child, boolean isLate) implements Result {}

        /** The task itself is the cause that it cannot run. */
        record Refused(String cause) implements Result {}

        /** This machine is the cause. */
        record Failed(String cause) implements Result {}
    }
}
