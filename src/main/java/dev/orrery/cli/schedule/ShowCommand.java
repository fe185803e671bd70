package dev.orrery.cli.schedule;

import dev.orrery.cli.ExitCode;
import dev.orrery.cli.RootCommand;
import dev.orrery.cli.client.ApiPath;
import dev.orrery.cli.client.Json;
import dev.orrery.cli.option.NamespaceOption;
import dev.orrery.cli.option.OutputOption;
import dev.orrery.cli.option.ServerOptions;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

import java.util.concurrent.Callable;

/** Shows one schedule, and when it fires next. */
@Command(name = "show", description = "Shows a schedule, and when it fires next.")
final class ShowCommand implements Callable<Integer> {

    private final RootCommand root;
    @Mixin private final ServerOptions server = new ServerOptions();
    @Mixin private final NamespaceOption namespace = new NamespaceOption();
    @Mixin private final OutputOption output = new OutputOption();

    @Parameters(arity = "1", paramLabel = "SCHEDULE", description = "Its name or id.")
    private String schedule = "";

    ShowCommand(RootCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        try (ServerOptions.Session session = server.open(root)) {
            output.write(
                    root.context(),
                    session.client()
                            .get(
                                    ApiPath.of("schedules", schedule)
                                            .with("namespace", namespace.name())),
                    answer -> Json.textOrDash(answer, "id"),
                    answer -> ScheduleText.page(answer).forEach(root.context()::print));
            return ExitCode.OK;
        }
    }
}
