package dev.orrery.cli.submit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.orrery.cli.ExitCode;
import dev.orrery.cli.RootCommand;
import dev.orrery.cli.client.JobWatch;
import dev.orrery.cli.client.Jobs;
import dev.orrery.cli.client.Json;
import dev.orrery.cli.option.JobText;
import dev.orrery.cli.option.OutputOption;
import dev.orrery.cli.option.ServerOptions;
import dev.orrery.cli.text.TerminalText;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.util.concurrent.Callable;

/** Submits a job and returns once it is accepted, or with --wait once it is over. */
@Command(
        name = "submit",
        description = "Submits a job; returns once it is on the server's disk.",
        customSynopsis = "orrery submit [OPTIONS] -- COMMAND [ARGUMENT...]")
public final class SubmitCommand implements Callable<Integer> {

    private final RootCommand root;
    @Mixin private final ServerOptions server = new ServerOptions();
    @Mixin private final OutputOption output = new OutputOption();
    @Mixin private final Submission submission = new Submission();

    @Option(names = "--wait", description = "Wait for the end; exit with 1 when it failed.")
    private boolean wait;

    /** The command within the program. */
    public SubmitCommand(RootCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        ObjectNode job = submission.describe(root.context());
        try (ServerOptions.Session session = server.open(root)) {
            JsonNode accepted = submission.send(session.client(), job);
            if (!wait) {
                write(accepted);
                return ExitCode.OK;
            }
            JsonNode ended =
                    new JobWatch(session.jobs(submission.namespace()))
                            .awaitEnd(JobText.id(accepted), (record, event) -> {});
            write(ended);
            return Jobs.isSucceeded(ended) ? ExitCode.OK : ExitCode.FAILED;
        }
    }

    private void write(JsonNode job) {
        output.write(
                root.context(),
                job,
                JobText::id,
                answer ->
                        root.context()
                                .print(
                                        TerminalText.clean(
                                                JobText.name(answer)
                                                        + " "
                                                        + Json.textOrDash(answer, "state"))));
    }
}
