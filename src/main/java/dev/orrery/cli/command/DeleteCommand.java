package dev.orrery.cli.command;

import com.fasterxml.jackson.databind.JsonNode;

import dev.orrery.cli.RootCommand;
import dev.orrery.cli.option.JobText;
import dev.orrery.cli.text.TerminalText;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import java.util.concurrent.Callable;

/** Removes ended jobs with their logs and files. */
@Command(name = "delete", description = "Removes ended jobs with their logs and files.")
public final class DeleteCommand implements Callable<Integer> {

    private final RootCommand root;
    @Mixin private final JobsCommand jobs = new JobsCommand();

    /** The command within the program. */
    public DeleteCommand(RootCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        return jobs.each(
                root,
                (all, job) -> {
                    JsonNode record = all.get(job);
                    all.client().delete(all.path(JobText.id(record)));
                    return record;
                },
                record ->
                        root.context().print(TerminalText.clean(JobText.id(record) + " deleted")));
    }
}
