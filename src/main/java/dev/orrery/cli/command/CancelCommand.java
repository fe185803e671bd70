package dev.orrery.cli.command;

import dev.orrery.cli.RootCommand;
import dev.orrery.cli.client.Jobs;
import dev.orrery.cli.client.Json;
import dev.orrery.cli.option.JobText;
import dev.orrery.cli.text.TerminalText;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import java.util.concurrent.Callable;

/** Cancels jobs; their processes are stopped. */
@Command(name = "cancel", description = "Cancels jobs; their processes are stopped.")
public final class CancelCommand implements Callable<Integer> {

    private final RootCommand root;
    @Mixin private final JobsCommand jobs = new JobsCommand();

    /** The command within the program. */
    public CancelCommand(RootCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        return jobs.each(
                root,
                Jobs::cancel,
                answer ->
                        root.context()
                                .print(
                                        TerminalText.clean(
                                                JobText.id(answer)
                                                        + " "
                                                        + Json.textOrDash(answer, "state"))));
    }
}
