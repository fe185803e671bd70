package dev.orrery.cli.command;

import com.fasterxml.jackson.databind.JsonNode;

import dev.orrery.cli.ExitCode;
import dev.orrery.cli.RootCommand;
import dev.orrery.cli.client.ApiPath;
import dev.orrery.cli.client.Client;
import dev.orrery.cli.client.Json;
import dev.orrery.cli.option.JobText;
import dev.orrery.cli.option.NamespaceOption;
import dev.orrery.cli.option.OutputOption;
import dev.orrery.cli.option.ServerOptions;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;

/** Lists jobs, newest first. */
@Command(name = "list", description = "Lists jobs, newest first.")
public final class ListCommand implements Callable<Integer> {

    private static final int PAGE_MAX = 500;

    private final RootCommand root;
    @Mixin private final ServerOptions server = new ServerOptions();
    @Mixin private final NamespaceOption namespace = new NamespaceOption();
    @Mixin private final OutputOption output = new OutputOption();

    @Option(names = "--state", paramLabel = "STATE[,STATE]", description = "In one of the states.")
    private Optional<String> state = Optional.empty();

    @Option(names = "--label", paramLabel = "NAME=VALUE", description = "With the label.")
    private List<String> labels = new ArrayList<>();

    @Option(names = "--name", paramLabel = "NAME", description = "With the name.")
    private Optional<String> name = Optional.empty();

    @Option(names = "--after", paramLabel = "TIME", description = "Submitted after.")
    private Optional<Instant> after = Optional.empty();

    @Option(names = "--before", paramLabel = "TIME", description = "Submitted before.")
    private Optional<Instant> before = Optional.empty();

    @Option(names = "--limit", paramLabel = "N", description = "At most so many; default 50.")
    private int limit = 50;

    @Option(names = "--all", description = "All that there are.")
    private boolean all;

    @Parameters(arity = "0..1", paramLabel = "N-M", description = "Running numbers, such as 1-3.")
    private Optional<String> numbers = Optional.empty();

    /** The command within the program. */
    public ListCommand(RootCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        try (ServerOptions.Session session = server.open(root)) {
            List<JsonNode> rows = read(session.client());
            output.writeAll(
                    root.context(),
                    rows,
                    JobText::id,
                    jobs -> JobText.table(jobs).forEach(root.context()::print));
            return ExitCode.OK;
        }
    }

    private List<JsonNode> read(Client client) {
        List<JsonNode> rows = new ArrayList<>();
        int most = all ? Integer.MAX_VALUE : Math.max(1, limit);
        Optional<String> cursor = Optional.empty();
        do {
            ApiPath path =
                    ApiPath.of("jobs")
                            .with("state", state.map(text -> text.toUpperCase(Locale.ROOT)))
                            .with("name", name)
                            .with("namespace", namespace.name())
                            .with("after", after.map(Instant::toString))
                            .with("before", before.map(Instant::toString))
                            .with("numbers", numbers)
                            .with("cursor", cursor)
                            .with(
                                    "limit",
                                    Integer.toString(Math.min(PAGE_MAX, most - rows.size())));
            labels.forEach(label -> path.with("label", label));
            JsonNode page = client.get(path);
            rows.addAll(Json.items(page, "items"));
            cursor = Json.text(page, "next");
        } while (cursor.isPresent() && rows.size() < most);
        return rows;
    }
}
