package dev.orrery.cli.submit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.orrery.cli.CommandException;
import dev.orrery.cli.Context;
import dev.orrery.cli.ExitCode;
import dev.orrery.cli.RootCommand;
import dev.orrery.cli.client.JobWatch;
import dev.orrery.cli.client.Jobs;
import dev.orrery.cli.client.Json;
import dev.orrery.cli.each.EachJobs;
import dev.orrery.cli.option.JobText;
import dev.orrery.cli.option.OutputOption;
import dev.orrery.cli.option.ServerOptions;
import dev.orrery.cli.text.TerminalText;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/** Submits a job and returns once it is accepted, or with --wait once it is over. */
@Command(
        name = "submit",
        description = "Submits a job; returns once it is on the server's disk.",
        customSynopsis = {
            "orrery submit [OPTIONS] -- COMMAND [ARGUMENT...]",
            "orrery submit [OPTIONS] --each < COMMANDS"
        })
public final class SubmitCommand implements Callable<Integer> {

    private final RootCommand root;
    @Mixin private final ServerOptions server = new ServerOptions();
    @Mixin private final OutputOption output = new OutputOption();
    @Mixin private final Submission submission = new Submission();

    @Option(names = "--wait", description = "Wait for the end; exit with 1 when it failed.")
    private boolean wait;

    @Option(
            names = "--each",
            arity = "0..1",
            fallbackValue = "-",
            paramLabel = "FILE|-",
            description = "A job for each line, which is a shell command; '-' reads them here.")
    private Optional<String> each = Optional.empty();

    /** The command within the program. */
    public SubmitCommand(RootCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() throws IOException {
        if (each.isPresent()) {
            return submitEach(each.get());
        }
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

    private int submitEach(String source) throws IOException {
        Context context = root.context();
        ObjectNode job = submission.describeEach(context, source);
        try (ServerOptions.Session session = server.open(root);
                InputStream lines = open(source)) {
            EachJobs jobs =
                    new EachJobs(
                            new EachJobs.Place(
                                    context, session.client(), submission.key(), server.patience()),
                            job,
                            submission::body,
                            this::writeLine);
            jobs.submit(lines);
            List<JsonNode> bad = wait ? jobs.awaitEnds() : List.of();
            if (!bad.isEmpty() && output.is(OutputOption.Format.TABLE)) {
                JobText.table(bad).forEach(context::print);
            }
            return jobs.isWhole() && bad.isEmpty() ? ExitCode.OK : ExitCode.FAILED;
        }
    }

    private InputStream open(String source) {
        try {
            return source.equals("-") ? root.context().in() : Files.newInputStream(Path.of(source));
        } catch (IOException e) {
            throw new CommandException(ExitCode.USAGE, "--each: cannot read " + source, e);
        }
    }

    /** One line an answer, also as JSON, since nobody knows how many there will be. */
    private void writeLine(JsonNode job) {
        PrintStream out = root.context().out();
        String line =
                output.is(OutputOption.Format.JSON)
                        ? Json.write(job)
                        : output.is(OutputOption.Format.QUIET) ? JobText.id(job) : sentence(job);
        out.print(line);
        out.print('\n');
    }

    private static String sentence(JsonNode job) {
        return TerminalText.clean(JobText.name(job) + " " + Json.textOrDash(job, "state"));
    }

    private void write(JsonNode job) {
        output.write(
                root.context(), job, JobText::id, answer -> root.context().print(sentence(answer)));
    }
}
