package dev.orrery;

import dev.orrery.cli.CommandException;
import dev.orrery.cli.Context;
import dev.orrery.cli.ExitCode;
import dev.orrery.cli.Program;

/** The entry of the program, which wires the command line to the nodes. */
public final class Main {

    private Main() {}

    /** Runs the command that the arguments name, and exits with its code. */
    public static void main(String[] args) {
        Context context =
                Context.ofProcess((roles, settings) -> {
                    throw new CommandException(ExitCode.SOFTWARE, "not wired");
                });
        System.exit(Program.run(context, args));
    }
}
