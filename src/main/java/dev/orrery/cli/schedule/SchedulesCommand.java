package dev.orrery.cli.schedule;

import com.fasterxml.jackson.databind.JsonNode;

import dev.orrery.cli.ExitCode;
import dev.orrery.cli.RootCommand;
import dev.orrery.cli.client.ApiPath;
import dev.orrery.cli.client.Client;
import dev.orrery.cli.client.Json;
import dev.orrery.cli.option.NamespaceOption;
import dev.orrery.cli.option.OutputOption;
import dev.orrery.cli.option.ServerOptions;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/** Lists schedules, oldest first. */
@Command(name = "list", description = "Lists schedules, oldest first.")
final class SchedulesCommand implements Callable<Integer> {

    private static final String PAGE_MAX = "500";

    private final RootCommand root;
    @Mixin private final ServerOptions server = new ServerOptions();
    @Mixin private final NamespaceOption namespace = new NamespaceOption();
    @Mixin private final OutputOption output = new OutputOption();

    SchedulesCommand(RootCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        try (ServerOptions.Session session = server.open(root)) {
            output.writeAll(
                    root.context(),
                    read(session.client()),
                    schedule -> Json.textOrDash(schedule, "id"),
                    all -> ScheduleText.table(all).forEach(root.context()::print));
            return ExitCode.OK;
        }
    }

    private List<JsonNode> read(Client client) {
        List<JsonNode> schedules = new ArrayList<>();
        Optional<String> cursor = Optional.empty();
        do {
            JsonNode page =
                    client.get(
                            ApiPath.of("schedules")
                                    .with("namespace", namespace.name())
                                    .with("cursor", cursor)
                                    .with("limit", PAGE_MAX));
            schedules.addAll(Json.items(page, "items"));
            cursor = Json.text(page, "next");
        } while (cursor.isPresent());
        return schedules;
    }
}
