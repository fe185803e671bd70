package dev.orrery.cli.command;

import dev.orrery.cli.RootCommand;
import dev.orrery.cli.client.Jobs;
import dev.orrery.cli.client.Json;
import dev.orrery.cli.option.JobText;
import dev.orrery.cli.text.TerminalText;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import java.util.concurrent.Callable;

/** Runs ended jobs again, in a new round. */
@Command(name = "retry", description = "Runs ended jobs again, in a new round.")
public final class RetryCommand implements Callable<Integer> {

    private final RootCommand root;
    @Mixin private final JobsCommand jobs = new JobsCommand();

    /** The command within the program. */
    public RetryCommand(RootCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        return jobs.each(
                root,
                Jobs::retry,
                answer ->
                        root.context()
                                .print(
                                        TerminalText.clean(
                                                JobText.id(answer)
                                                        + " round "
                                                        + Json.textOrDash(answer, "round"))));
    }
}
