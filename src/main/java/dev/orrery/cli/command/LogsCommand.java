package dev.orrery.cli.command;

import com.fasterxml.jackson.databind.JsonNode;

import dev.orrery.cli.ExitCode;
import dev.orrery.cli.RootCommand;
import dev.orrery.cli.client.Jobs;
import dev.orrery.cli.client.LogFollower;
import dev.orrery.cli.client.LogFollower.Stream;
import dev.orrery.cli.option.JobText;
import dev.orrery.cli.option.NamespaceOption;
import dev.orrery.cli.option.ServerOptions;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.OutputStream;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/** Writes what a job wrote, byte for byte. */
@Command(
        name = "logs",
        description = "Writes what a job wrote: its stdout to stdout, its stderr to stderr.")
public final class LogsCommand implements Callable<Integer> {

    private final RootCommand root;
    @Mixin private final ServerOptions server = new ServerOptions();
    @Mixin private final NamespaceOption namespace = new NamespaceOption();

    @Option(
            names = {"-f", "--follow"},
            description = "Wait for the log, and follow it to the end of the job.")
    private boolean follow;

    @Option(
            names = "--stream",
            paramLabel = "stdout|stderr",
            description = "Only this stream, to stdout.")
    private Optional<Stream> only = Optional.empty();

    @Option(names = "--attempt", paramLabel = "N", description = "Of this attempt, not the latest.")
    private int attempt;

    @Parameters(
            arity = "0..1",
            paramLabel = "JOB",
            description = "last (default), a number, or an id's beginning.")
    private Optional<String> selector = Optional.empty();

    /** The command within the program. */
    public LogsCommand(RootCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        Map<Stream, OutputStream> targets = new EnumMap<>(Stream.class);
        if (only.isPresent()) {
            targets.put(only.get(), root.context().out());
        } else {
            targets.put(Stream.STDOUT, root.context().out());
            targets.put(Stream.STDERR, root.context().err());
        }
        try (ServerOptions.Session session = server.open(root)) {
            Jobs jobs = session.jobs(namespace);
            JsonNode job = jobs.get(selector.orElse("last"));
            int latest = Math.max(1, job.path("attempt").asInt());
            int first = attempt > 0 ? attempt : latest;
            LogFollower log =
                    new LogFollower(
                            jobs, JobText.id(job), first, job.path("lastSeq").asLong(), targets);
            if (follow && first >= latest && !Jobs.isTerminal(job)) {
                log.follow();
            } else {
                log.copy();
            }
            return ExitCode.OK;
        }
    }
}
