package dev.orrery.cli.command;

import com.fasterxml.jackson.databind.JsonNode;

import dev.orrery.cli.ExitCode;
import dev.orrery.cli.RootCommand;
import dev.orrery.cli.client.JobWatch;
import dev.orrery.cli.client.Jobs;
import dev.orrery.cli.client.Json;
import dev.orrery.cli.client.ServerEvent;
import dev.orrery.cli.option.JobText;
import dev.orrery.cli.option.NamespaceOption;
import dev.orrery.cli.option.OutputOption;
import dev.orrery.cli.option.ServerOptions;
import dev.orrery.cli.text.ProgressLine;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;

/** Waits until jobs are over. */
@Command(
        name = "wait",
        description = "Waits until jobs are over; exits with 1 when one did not succeed.")
public final class WaitCommand implements Callable<Integer> {

    private final RootCommand root;
    @Mixin private final ServerOptions server = new ServerOptions();
    @Mixin private final NamespaceOption namespace = new NamespaceOption();
    @Mixin private final OutputOption output = new OutputOption();

    @Option(names = "--progress", description = "Draw one live line on standard error.")
    private boolean progress;

    @Parameters(
            arity = "1..*",
            paramLabel = "JOB",
            description = "last, a number, 1-3, or an id's beginning.")
    private List<String> selectors = new ArrayList<>();

    /** The command within the program. */
    public WaitCommand(RootCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        List<String> single = Jobs.expand(selectors);
        List<JsonNode> ended = new ArrayList<>();
        try (ServerOptions.Session session = server.open(root);
                ProgressLine line = new ProgressLine(root.context().err())) {
            JobWatch watch = new JobWatch(session.jobs(namespace));
            for (String job : single) {
                int over = ended.size();
                ended.add(
                        watch.awaitEnd(
                                job,
                                (record, event) -> {
                                    if (progress) {
                                        line.show(text(record, event, over, single.size()));
                                    }
                                }));
            }
        }
        if (single.size() == 1) {
            output.write(root.context(), ended.getFirst(), JobText::id, job -> show(ended));
        } else {
            output.writeAll(root.context(), ended, JobText::id, this::show);
        }
        return ended.stream().allMatch(Jobs::isSucceeded) ? ExitCode.OK : ExitCode.FAILED;
    }

    private void show(List<JsonNode> jobs) {
        JobText.table(jobs).forEach(root.context()::print);
    }

    private static String text(JsonNode record, Optional<ServerEvent> event, int over, int all) {
        String share = all > 1 ? "[" + (over + 1) + "/" + all + "] " : "";
        String job = share + "job " + Json.textOrDash(record, "number") + " ";
        JsonNode content = event.map(ServerEvent::content).orElse(record);
        if (event.isPresent() && event.get().type().equals("progress")) {
            double percent = content.path("fraction").asDouble() * 100;
            return String.format(
                    Locale.ROOT,
                    "%sRUNNING %.0f%% %s",
                    job,
                    percent,
                    Json.text(content, "text").orElse(""));
        }
        String worker = Json.text(content, "worker").map(name -> " on " + name).orElse("");
        JsonNode told = content.has("state") ? content : record;
        return job + Json.textOrDash(told, "state") + worker;
    }
}
