package dev.orrery.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.orrery.cli.CommandException;
import dev.orrery.cli.ExitCode;
import dev.orrery.cli.RootCommand;
import dev.orrery.cli.client.ApiException;
import dev.orrery.cli.client.ApiPath;
import dev.orrery.cli.client.Client;
import dev.orrery.cli.client.Jobs;
import dev.orrery.cli.client.Json;
import dev.orrery.cli.client.UnreachableException;
import dev.orrery.cli.option.JobText;
import dev.orrery.cli.option.NamespaceOption;
import dev.orrery.cli.option.OutputOption;
import dev.orrery.cli.option.OutputOption.Format;
import dev.orrery.cli.option.ServerOptions;
import dev.orrery.cli.text.Table;
import dev.orrery.cli.text.TerminalText;
import dev.orrery.cli.text.Times;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** Shows the cluster, or jobs with their attempts. */
@Command(name = "status", description = "Shows the cluster, or jobs with their attempts.")
public final class StatusCommand implements Callable<Integer> {

    private static final List<String> STATES =
            List.of(
                    "waiting",
                    "queued",
                    "assigned",
                    "running",
                    "succeeded",
                    "failed",
                    "cancelled",
                    "expired");

    private final RootCommand root;
    @Mixin private final ServerOptions server = new ServerOptions();
    @Mixin private final NamespaceOption namespace = new NamespaceOption();
    @Mixin private final OutputOption output = new OutputOption();

    @Parameters(paramLabel = "JOB", description = "last, a number, 1-3, or an id's beginning.")
    private List<String> selectors = new ArrayList<>();

    /** The command within the program. */
    public StatusCommand(RootCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        try (ServerOptions.Session session = server.open(root)) {
            if (selectors.isEmpty()) {
                describeCluster(session.client());
                return ExitCode.OK;
            }
            Jobs jobs = session.jobs(namespace);
            List<JsonNode> records = Jobs.expand(selectors).stream().map(jobs::get).toList();
            if (selectors.size() == 1 && records.size() == 1) {
                output.write(root.context(), records.getFirst(), JobText::id, this::showJob);
            } else {
                output.writeAll(
                        root.context(),
                        records,
                        JobText::id,
                        all -> JobText.table(all).forEach(root.context()::print));
            }
            return ExitCode.OK;
        }
    }

    /** The leader tells of the cluster; of the masters any of them, and first if nobody leads. */
    private void describeCluster(Client client) {
        List<JsonNode> before = output.is(Format.QUIET) ? List.of() : masters(client);
        if (isLeaderless(before) && output.is(Format.TABLE)) {
            mastersTable(before).forEach(root.context()::print);
        }
        ObjectNode picture = Json.object();
        try {
            client.get(ApiPath.of("cluster"))
                    .properties()
                    .forEach(field -> picture.set(field.getKey(), field.getValue()));
        } catch (CommandException e) {
            if (isLeaderless(before) && output.is(Format.JSON)) {
                write(picture, before);
            }
            throw e;
        }
        write(picture, isLeaderless(before) ? masters(client) : before);
    }

    private void write(ObjectNode picture, List<JsonNode> masters) {
        picture.set("masters", Json.array(masters));
        output.write(
                root.context(), picture, it -> Json.textOrDash(it, "epoch"), this::showCluster);
    }

    private static boolean isLeaderless(List<JsonNode> masters) {
        return !masters.isEmpty() && masters.stream().noneMatch(StatusCommand::leads);
    }

    /** None when nobody can tell just now, or is too old to: the cluster is asked patiently. */
    private static List<JsonNode> masters(Client client) {
        try {
            return Json.items(client.within(Duration.ZERO).get(ApiPath.of("masters")), "items");
        } catch (ApiException | UnreachableException e) {
            return List.of();
        }
    }

    private static List<String> mastersTable(List<JsonNode> masters) {
        Table table = new Table("MASTER", "LEADS", "WORKERS");
        for (JsonNode master : masters) {
            table.add(
                    Json.textOrDash(master, "uri"),
                    leads(master) ? "yes" : "no",
                    Json.textOrDash(master, "workersHeard"));
        }
        return table.lines();
    }

    private static boolean leads(JsonNode master) {
        return master.path("leads").asBoolean();
    }

    private void showCluster(JsonNode cluster) {
        JsonNode tasks = cluster.path("tasks");
        Table table = new Table("TASKS", "");
        for (String state : STATES) {
            table.add(state, Json.textOrDash(tasks, state));
        }
        root.context()
                .print(
                        TerminalText.clean(
                                "orrery %s, epoch %s, nodes %s"
                                        .formatted(
                                                Json.textOrDash(cluster, "version"),
                                                Json.textOrDash(cluster, "epoch"),
                                                Json.textOrDash(cluster, "nodes"))));
        table.lines().forEach(root.context()::print);
        List<JsonNode> masters = Json.items(cluster, "masters");
        if (masters.size() > 1) {
            section(mastersTable(masters));
        }
    }

    private void showJob(JsonNode job) {
        line("job", Json.textOrDash(job, "number") + "  " + JobText.id(job));
        line("name", Json.textOrDash(job, "name"));
        line("namespace", Json.textOrDash(job, "namespace"));
        line("owner", Json.textOrDash(job, "owner"));
        line("state", Json.textOrDash(job, "state"));
        Json.text(job, "reason").ifPresent(reason -> line("reason", reason));
        Json.text(job, "exitCode").ifPresent(code -> line("exit", code));
        Json.text(job, "worker").ifPresent(worker -> line("worker", worker));
        for (String time : List.of("submittedAt", "startedAt", "endedAt")) {
            Json.text(job, time).ifPresent(at -> line(time.replace("At", ""), Times.show(at)));
        }
        section(JobText.attempts(Json.items(job, "attempts")));
        section(JobText.files(Json.items(job, "outputs")));
    }

    private void line(String name, String value) {
        root.context().print("%-10s %s".formatted(name, TerminalText.clean(value)));
    }

    private void section(List<String> lines) {
        if (lines.size() > 1) {
            root.context().print("");
            lines.forEach(root.context()::print);
        }
    }
}
