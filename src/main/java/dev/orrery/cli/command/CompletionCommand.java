package dev.orrery.cli.command;

import dev.orrery.cli.ExitCode;
import dev.orrery.cli.Program;
import dev.orrery.cli.RootCommand;

import picocli.AutoComplete;
import picocli.CommandLine.Command;

import java.util.concurrent.Callable;

/** Prints the script that completes this program's command line in bash. */
@Command(name = "completion", description = "Prints a script for bash: source <(orrery completion)")
public final class CompletionCommand implements Callable<Integer> {

    private final RootCommand root;

    /** The command within the program. */
    public CompletionCommand(RootCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        root.context().print(AutoComplete.bash("orrery", Program.commandLine(root.context())));
        return ExitCode.OK;
    }
}
