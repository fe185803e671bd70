package dev.orrery.cli.schedule;

import com.fasterxml.jackson.databind.JsonNode;

import dev.orrery.cli.ExitCode;
import dev.orrery.cli.RootCommand;
import dev.orrery.cli.client.ApiPath;
import dev.orrery.cli.client.Body;
import dev.orrery.cli.client.Client;
import dev.orrery.cli.client.Json;
import dev.orrery.cli.option.JobText;
import dev.orrery.cli.option.NamespaceOption;
import dev.orrery.cli.option.ServerOptions;
import dev.orrery.cli.text.TerminalText;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** Pauses, resumes, triggers or deletes schedules. */
@Command(
        description =
                "Lets schedules fire no more (pause), or again (resume); submits their jobs now"
                        + " (trigger); or removes them, but not their jobs (delete).")
final class ChangeCommand implements Callable<Integer> {

    private final RootCommand root;
    private final Change change;
    @Mixin private final ServerOptions server = new ServerOptions();
    @Mixin private final NamespaceOption namespace = new NamespaceOption();

    @Parameters(arity = "1..*", paramLabel = "SCHEDULE", description = "Names or ids.")
    private List<String> schedules = new ArrayList<>();

    ChangeCommand(RootCommand root, Change change) {
        this.root = root;
        this.change = change;
    }

    /** What is done. */
    enum Change {
        PAUSE,
        RESUME,
        TRIGGER,
        DELETE
    }

    @Override
    public Integer call() {
        try (ServerOptions.Session session = server.open(root)) {
            for (String schedule : schedules) {
                root.context().print(TerminalText.clean(change(session.client(), schedule)));
            }
            return ExitCode.OK;
        }
    }

    /** Does it, and says so. */
    private String change(Client client, String schedule) {
        return switch (change) {
            case PAUSE -> {
                client.post(path(schedule, "pause"));
                yield schedule + " paused";
            }
            case RESUME -> ScheduleText.line(client.post(path(schedule, "resume")));
            case TRIGGER -> {
                JsonNode job = client.postOnce(path(schedule, "trigger"), Body.NONE);
                yield JobText.name(job) + " " + Json.textOrDash(job, "state");
            }
            case DELETE -> {
                client.delete(
                        ApiPath.of("schedules", schedule).with("namespace", namespace.name()));
                yield schedule + " deleted";
            }
        };
    }

    private ApiPath path(String schedule, String verb) {
        return ApiPath.of("schedules", schedule, verb).with("namespace", namespace.name());
    }
}
