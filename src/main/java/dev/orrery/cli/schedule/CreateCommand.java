package dev.orrery.cli.schedule;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.orrery.cli.CommandException;
import dev.orrery.cli.ExitCode;
import dev.orrery.cli.RootCommand;
import dev.orrery.cli.client.ApiPath;
import dev.orrery.cli.client.Body;
import dev.orrery.cli.client.Json;
import dev.orrery.cli.client.Multipart;
import dev.orrery.cli.option.NamespaceOption;
import dev.orrery.cli.option.OutputOption;
import dev.orrery.cli.option.ServerOptions;
import dev.orrery.cli.submit.JobOptions;
import dev.orrery.cli.submit.WorkOptions;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;

/** Creates a schedule from the options of a submission, with when it fires. */
@Command(
        name = "create",
        description = "Creates a schedule; returns once it is on the server's disk.",
        customSynopsis =
                "orrery schedule create --name NAME --cron EXPRESSION [OPTIONS] -- COMMAND"
                        + " [ARGUMENT...]")
final class CreateCommand implements Callable<Integer> {

    private final RootCommand root;
    @Mixin private final ServerOptions server = new ServerOptions();
    @Mixin private final OutputOption output = new OutputOption();
    @Mixin private final WorkOptions work = new WorkOptions();
    @Mixin private final JobOptions options = new JobOptions();
    @Mixin private final NamespaceOption namespace = new NamespaceOption();

    @Option(
            names = "--cron",
            required = true,
            paramLabel = "EXPRESSION",
            description =
                    "Minute, hour, day of month, month, day of week, as in '0 3 * * MON-FRI';"
                            + " six fields begin with the second; or @hourly, @daily, …")
    private String cron = "";

    @Option(
            names = {"--tz", "--time-zone"},
            paramLabel = "ZONE",
            description = "Whose clock it goes by, such as Europe/Berlin; default UTC.")
    private Optional<String> zone = Optional.empty();

    @Option(
            names = "--misfire",
            paramLabel = "skip|once|all",
            description = "What becomes of times while nobody led; default once.")
    private Optional<String> misfire = Optional.empty();

    @Option(
            names = "--overlap",
            paramLabel = "allow|forbid",
            description = "Whether it fires while its last job runs; default allow.")
    private Optional<String> overlap = Optional.empty();

    @Option(names = "--start", paramLabel = "TIME", description = "Not before; ISO or +2h.")
    private Optional<Instant> start = Optional.empty();

    @Option(names = "--end", paramLabel = "TIME", description = "Not at or after; ISO or +90d.")
    private Optional<Instant> end = Optional.empty();

    CreateCommand(RootCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        ObjectNode job = Json.object();
        namespace.name().ifPresent(name -> job.put("namespace", name));
        work.describe(job, root.context());
        options.describe(job);
        ObjectNode schedule = describe(job);
        try (ServerOptions.Session session = server.open(root)) {
            JsonNode created =
                    session.client().postOnce(ApiPath.of("schedules"), body(schedule, job));
            output.write(
                    root.context(),
                    created,
                    answer -> Json.textOrDash(answer, "id"),
                    answer -> root.context().print(ScheduleText.line(answer)));
            return ExitCode.OK;
        }
    }

    /** The schedule but for its job, whose name it takes. */
    private ObjectNode describe(ObjectNode job) {
        JsonNode name = job.remove("name");
        if (name == null) {
            throw new CommandException(ExitCode.USAGE, "give the schedule a name with --name");
        }
        ObjectNode schedule = Json.object();
        schedule.set("name", name);
        schedule.put("cron", cron);
        zone.ifPresent(text -> schedule.put("timeZone", text));
        misfire.ifPresent(text -> schedule.put("misfire", text.toLowerCase(Locale.ROOT)));
        overlap.ifPresent(text -> schedule.put("overlap", text.toLowerCase(Locale.ROOT)));
        start.ifPresent(time -> schedule.put("start", time.toString()));
        end.ifPresent(time -> schedule.put("end", time.toString()));
        return schedule;
    }

    private Body body(ObjectNode schedule, ObjectNode job) {
        if (work.script().isEmpty() && work.inputs().isEmpty()) {
            schedule.set("job", job);
            return Body.of(schedule);
        }
        Multipart body = new Multipart();
        body.addJson("schedule", schedule);
        body.addJson("job", job);
        work.script().ifPresent(file -> body.addFile("script", file));
        work.inputs().forEach(file -> body.addFile("file", file));
        return body;
    }
}
