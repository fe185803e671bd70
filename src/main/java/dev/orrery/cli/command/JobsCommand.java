package dev.orrery.cli.command;

import com.fasterxml.jackson.databind.JsonNode;

import dev.orrery.cli.CommandException;
import dev.orrery.cli.ExitCode;
import dev.orrery.cli.RootCommand;
import dev.orrery.cli.client.ApiException;
import dev.orrery.cli.client.Jobs;
import dev.orrery.cli.option.JobText;
import dev.orrery.cli.option.NamespaceOption;
import dev.orrery.cli.option.OutputOption;
import dev.orrery.cli.option.ServerOptions;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/** The same done to each of the selected jobs; a refusal of one does not keep the others. */
final class JobsCommand {

    @Mixin private final ServerOptions server = new ServerOptions();
    @Mixin private final NamespaceOption namespace = new NamespaceOption();
    @Mixin private final OutputOption output = new OutputOption();

    @Parameters(
            arity = "1..*",
            paramLabel = "JOB",
            description = "last, a number, 1-3, or an id's beginning.")
    private List<String> selectors = new ArrayList<>();

    /** Does it to each; the exit code is that of the last refusal. */
    int each(RootCommand root, BiFunction<Jobs, String, JsonNode> action, Consumer<JsonNode> show) {
        try (ServerOptions.Session session = server.open(root)) {
            Jobs jobs = session.jobs(namespace);
            List<JsonNode> answers = new ArrayList<>();
            int exitCode = ExitCode.OK;
            for (String job : Jobs.expand(selectors)) {
                try {
                    answers.add(action.apply(jobs, job));
                } catch (ApiException e) {
                    root.context().complain("orrery: " + job + ": " + e.getMessage());
                    exitCode = e.exitCode();
                }
            }
            output.writeAll(root.context(), answers, JobText::id, all -> all.forEach(show));
            return exitCode;
        } catch (CommandException e) {
            root.context().complain("orrery: " + e.getMessage());
            return e.exitCode();
        }
    }
}
