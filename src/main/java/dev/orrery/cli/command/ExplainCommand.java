package dev.orrery.cli.command;

import dev.orrery.cli.RootCommand;
import dev.orrery.cli.client.Json;
import dev.orrery.cli.option.JobText;
import dev.orrery.cli.text.TerminalText;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import java.util.concurrent.Callable;

/** Says why jobs are where they are. */
@Command(name = "explain", description = "Says why jobs are where they are.")
public final class ExplainCommand implements Callable<Integer> {

    private final RootCommand root;
    @Mixin private final JobsCommand jobs = new JobsCommand();

    /** The command within the program. */
    public ExplainCommand(RootCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        return jobs.each(
                root,
                (all, job) -> all.client().get(all.path(job, "explain")),
                answer -> {
                    String head = JobText.id(answer) + " " + Json.textOrDash(answer, "state");
                    root.context().print(TerminalText.clean(head));
                    Json.items(answer, "reasons")
                            .forEach(reason ->
                                    root.context()
                                            .print("  " + TerminalText.clean(reason.asText())));
                });
    }
}
