package dev.orrery.cli.upkeep;

import dev.orrery.cli.RootCommand;

import picocli.CommandLine.Command;

import java.util.concurrent.Callable;

/** Looks for faults. */
@Command(name = "doctor", description = "Looks for what is wrong here, and says what to do.")
public final class DoctorCommand implements Callable<Integer> {
    private final RootCommand root;

    /** The command within the program. */
    public DoctorCommand(RootCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        return root.context().environment().isEmpty() ? 1 : 0;
    }
}
