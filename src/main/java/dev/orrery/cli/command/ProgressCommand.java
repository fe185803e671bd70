package dev.orrery.cli.command;

import dev.orrery.cli.ExitCode;
import dev.orrery.cli.RootCommand;
import dev.orrery.cli.text.TerminalText;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * Says from inside a task how far it is. It writes the line that the worker looks for in the task's
 * output, so it needs neither a server nor a token.
 */
@Command(
        name = "progress",
        description = "Says from inside a task how far it is: 'orrery progress 0.42 halfway'.")
public final class ProgressCommand implements Callable<Integer> {

    private final RootCommand root;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(index = "0", paramLabel = "FRACTION", description = "From 0 to 1.")
    private BigDecimal fraction = BigDecimal.ZERO;

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "TEXT", description = "What to show.")
    private List<String> words = new ArrayList<>();

    /** The command within the program. */
    public ProgressCommand(RootCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        if (fraction.signum() < 0 || fraction.compareTo(BigDecimal.ONE) > 0) {
            throw new ParameterException(
                    spec.commandLine(), "a fraction is from 0 to 1, not: " + fraction);
        }
        String text = TerminalText.clean(String.join(" ", words));
        root.context().print(("::progress " + fraction.toPlainString() + " " + text).strip());
        return ExitCode.OK;
    }
}
