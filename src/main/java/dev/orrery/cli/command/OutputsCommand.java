package dev.orrery.cli.command;

import com.fasterxml.jackson.databind.JsonNode;

import dev.orrery.cli.CommandException;
import dev.orrery.cli.ExitCode;
import dev.orrery.cli.RootCommand;
import dev.orrery.cli.client.Jobs;
import dev.orrery.cli.client.Json;
import dev.orrery.cli.option.JobText;
import dev.orrery.cli.option.NamespaceOption;
import dev.orrery.cli.option.OutputOption;
import dev.orrery.cli.option.ServerOptions;
import dev.orrery.cli.text.TerminalText;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/** Lists or downloads the files that a job kept. */
@Command(name = "outputs", description = "Lists or downloads the files that a job kept.")
public final class OutputsCommand implements Callable<Integer> {

    private final RootCommand root;
    @Mixin private final ServerOptions server = new ServerOptions();
    @Mixin private final NamespaceOption namespace = new NamespaceOption();
    @Mixin private final OutputOption output = new OutputOption();

    @Option(
            names = "--download",
            paramLabel = "DIR",
            description = "Write the files below the directory.")
    private Optional<Path> download = Optional.empty();

    @Parameters(
            index = "0",
            arity = "0..1",
            defaultValue = "last",
            paramLabel = "JOB",
            description = "last (default), a number, or an id's beginning.")
    private String selector = "last";

    @Parameters(index = "1..*", paramLabel = "NAME", description = "Only these files.")
    private List<String> names = new ArrayList<>();

    /** The command within the program. */
    public OutputsCommand(RootCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        try (ServerOptions.Session session = server.open(root)) {
            Jobs jobs = session.jobs(namespace);
            String job = JobText.id(jobs.get(selector));
            List<JsonNode> all =
                    Json.items(session.client().get(jobs.path(job, "outputs")), "items");
            List<JsonNode> files = chosen(all);
            if (download.isPresent()) {
                Downloads downloads = new Downloads(download.get().toAbsolutePath());
                files.forEach(file -> downloads.fetch(jobs, job, file));
            }
            output.writeAll(
                    root.context(),
                    files,
                    file -> TerminalText.clean(Json.textOrDash(file, "name")),
                    rows -> JobText.files(rows).forEach(root.context()::print));
            return ExitCode.OK;
        }
    }

    private List<JsonNode> chosen(List<JsonNode> all) {
        List<String> there = all.stream().map(file -> Json.textOrDash(file, "name")).toList();
        for (String name : names) {
            if (!there.contains(name)) {
                throw new CommandException(
                        ExitCode.FAILED, "the job kept no file named " + TerminalText.clean(name));
            }
        }
        return names.isEmpty()
                ? all
                : all.stream()
                        .filter(file -> names.contains(Json.textOrDash(file, "name")))
                        .toList();
    }
}
