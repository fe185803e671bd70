package dev.orrery.cli.submit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.orrery.cli.CommandException;
import dev.orrery.cli.Context;
import dev.orrery.cli.ExitCode;
import dev.orrery.cli.RootCommand;
import dev.orrery.cli.client.Client;
import dev.orrery.cli.client.Connection;
import dev.orrery.cli.client.Jobs;
import dev.orrery.cli.client.Json;
import dev.orrery.cli.client.LogFollower;
import dev.orrery.cli.client.LogFollower.Stream;
import dev.orrery.cli.option.JobText;
import dev.orrery.cli.option.ServerOptions;
import dev.orrery.cli.serve.EmbeddedCluster;
import dev.orrery.cli.text.TerminalText;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/** Runs a command on the cluster as if it were here: its output, its exit code, and Ctrl-C. */
@Command(
        name = "run",
        description = {
            "Runs a command as if it were here: streams its output and exits with its code.",
            "Without a server it runs on a cluster of its own, kept below DIR/runs."
        },
        customSynopsis = "orrery run [OPTIONS] -- COMMAND [ARGUMENT...]")
public final class RunCommand implements Callable<Integer> {

    private final RootCommand root;
    @Mixin private final ServerOptions server = new ServerOptions();
    @Mixin private final Submission submission = new Submission();

    /** The command within the program. */
    public RunCommand(RootCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() throws Exception {
        try {
            ObjectNode job = submission.describe(root.context());
            Connection connection = server.connection(root);
            Optional<Client> running = running(connection);
            if (running.isPresent()) {
                return run(running.get(), job);
            }
            try (EmbeddedCluster cluster = EmbeddedCluster.start(root.context(), root.data())) {
                return run(new Client(cluster.endpoint()), job);
            }
        } catch (CommandException e) {
            root.context().complain("orrery: " + e.getMessage());
            return ExitCode.RUN_FAILED;
        }
    }

    /** A client of the server that was named, or of the one in the data directory if it lives. */
    private Optional<Client> running(Connection connection) {
        Optional<Client> client =
                connection.endpoint().map(endpoint -> server.client(root, connection, endpoint));
        if (connection.isNamed() || client.isEmpty()) {
            return client;
        }
        return client.filter(Client::isAnswered);
    }

    private int run(Client client, ObjectNode job) {
        Context context = root.context();
        Jobs jobs = new Jobs(client, submission.namespace().name());
        String id = JobText.id(submission.send(client, job));
        try (Interruption interruption = new Interruption(jobs, id)) {
            LogFollower log =
                    new LogFollower(
                            jobs,
                            id,
                            1,
                            0,
                            Map.of(Stream.STDOUT, context.out(), Stream.STDERR, context.err()));
            JsonNode ended = log.follow();
            interruption.over();
            return exitCodeOf(ended, context);
        }
    }

    /** The exit code for the end of a task; where that is not its own, the reason is said. */
    static int exitCodeOf(JsonNode ended, Context context) {
        String state = Json.textOrDash(ended, "state");
        String reason = Json.text(ended, "reason").orElse("");
        JsonNode last = Json.items(ended, "attempts").stream().reduce(ended, (one, two) -> two);
        Optional<Integer> exit = Json.text(ended, "exitCode").map(Integer::parseInt);
        Optional<Integer> signal =
                Json.text(ended, "signal")
                        .or(() -> Json.text(last, "signal"))
                        .map(Integer::parseInt);
        if (state.equals("SUCCEEDED")) {
            return ExitCode.OK;
        }
        if (state.equals("CANCELLED")) {
            return ExitCode.CANCELLED;
        }
        if (reason.startsWith("timeout") || reason.startsWith("timed-out")) {
            context.complain("orrery: the task ran longer than its timeout");
            return ExitCode.RUN_TIMEOUT;
        }
        if (exit.isPresent() && exit.get() != 0) {
            return exit.get();
        }
        if (signal.isPresent()) {
            return 128 + signal.get();
        }
        String detail = Json.text(last, "detail").map(text -> ": " + text).orElse("");
        context.complain(TerminalText.clean("orrery: " + state + " " + reason + detail));
        return ExitCode.RUN_FAILED;
    }
}
