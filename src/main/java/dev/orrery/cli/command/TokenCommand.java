package dev.orrery.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.orrery.cli.ExitCode;
import dev.orrery.cli.RootCommand;
import dev.orrery.cli.client.ApiPath;
import dev.orrery.cli.client.Body;
import dev.orrery.cli.client.Json;
import dev.orrery.cli.option.OutputOption;
import dev.orrery.cli.option.ServerOptions;
import dev.orrery.cli.text.Table;
import dev.orrery.cli.text.TerminalText;
import dev.orrery.cli.text.Times;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;

/** The commands for tokens; only an admin may use them. */
@Command(
        name = "token",
        description = "Creates, lists and revokes tokens.",
        synopsisSubcommandLabel = "COMMAND")
public final class TokenCommand {

    private TokenCommand() {}

    /** The command with its sub-commands. */
    public static CommandLine line(RootCommand root) {
        return new CommandLine(new TokenCommand())
                .addSubcommand(new Create(root))
                .addSubcommand(new Node(root))
                .addSubcommand(new Tokens(root))
                .addSubcommand(new Revoke(root));
    }

    /** What a token may do. */
    enum TokenRole {
        VIEWER,
        SUBMITTER,
        ADMIN
    }

    @Command(name = "create", description = "Creates a token and prints it, this once.")
    private static final class Create implements Callable<Integer> {

        private final RootCommand root;
        @Mixin private final ServerOptions server = new ServerOptions();
        @Mixin private final OutputOption output = new OutputOption();

        @Parameters(arity = "1", paramLabel = "NAME", description = "Name of who uses it.")
        private String name = "";

        @Option(
                names = "--role",
                required = true,
                paramLabel = "viewer|submitter|admin",
                description = "What it allows.")
        private TokenRole role = TokenRole.VIEWER;

        @Option(
                names = "--namespace",
                paramLabel = "NAME",
                description = "The only namespace it is for; all when left out.")
        private Optional<String> namespace = Optional.empty();

        @Option(names = "--expires", paramLabel = "TIME", description = "When it ends: 'in 90d'.")
        private Optional<Instant> expires = Optional.empty();

        Create(RootCommand root) {
            this.root = root;
        }

        @Override
        public Integer call() {
            ObjectNode body = Json.object();
            body.put("name", name);
            body.put("role", role.name().toLowerCase(Locale.ROOT));
            namespace.ifPresent(text -> body.put("namespace", text));
            expires.ifPresent(time -> body.put("expires", time.toString()));
            try (ServerOptions.Session session = server.open(root)) {
                JsonNode created = session.client().postOnce(ApiPath.of("tokens"), Body.of(body));
                output.write(
                        root.context(),
                        created,
                        answer -> Json.textOrDash(answer, "token"),
                        answer -> root.context().print(Json.textOrDash(answer, "token")));
                return ExitCode.OK;
            }
        }
    }

    @Command(
            name = "node",
            description = "Prints the flags with which one more machine joins, once.")
    private static final class Node implements Callable<Integer> {
        private final RootCommand root;

        @Mixin private final ServerOptions server = new ServerOptions();
        @Mixin private final OutputOption output = new OutputOption();

        Node(RootCommand root) {
            this.root = root;
        }

        @Override
        public Integer call() {
            try (ServerOptions.Session session = server.open(root)) {
                JsonNode made =
                        session.client().postOnce(ApiPath.of("enrolments"), Body.of(Json.object()));
                output.write(
                        root.context(),
                        made,
                        answer -> Json.textOrDash(answer, "enrol"),
                        answer ->
                                root.context()
                                        .print(
                                                "--join "
                                                        + Json.textOrDash(answer, "join")
                                                        + " --enrol "
                                                        + Json.textOrDash(answer, "enrol")));
                return ExitCode.OK;
            }
        }
    }

    @Command(name = "list", description = "Lists tokens without their text.")
    private static final class Tokens implements Callable<Integer> {

        private final RootCommand root;
        @Mixin private final ServerOptions server = new ServerOptions();
        @Mixin private final OutputOption output = new OutputOption();

        Tokens(RootCommand root) {
            this.root = root;
        }

        @Override
        public Integer call() {
            try (ServerOptions.Session session = server.open(root)) {
                List<JsonNode> tokens =
                        Json.items(session.client().get(ApiPath.of("tokens")), "items");
                output.writeAll(
                        root.context(),
                        tokens,
                        token -> Json.textOrDash(token, "name"),
                        this::show);
                return ExitCode.OK;
            }
        }

        private void show(List<JsonNode> tokens) {
            Table table = new Table("NAME", "ROLE", "NAMESPACE", "EXPIRES");
            for (JsonNode token : tokens) {
                table.add(
                        Json.textOrDash(token, "name"),
                        Json.textOrDash(token, "role"),
                        Json.textOrDash(token, "namespace"),
                        Json.text(token, "expires").map(Times::show).orElse("-"));
            }
            table.lines().forEach(root.context()::print);
        }
    }

    @Command(name = "revoke", description = "Revokes a token at once.")
    private static final class Revoke implements Callable<Integer> {

        private final RootCommand root;
        @Mixin private final ServerOptions server = new ServerOptions();

        @Parameters(arity = "1", paramLabel = "NAME", description = "Name as 'token list' shows.")
        private String name = "";

        Revoke(RootCommand root) {
            this.root = root;
        }

        @Override
        public Integer call() {
            try (ServerOptions.Session session = server.open(root)) {
                session.client().delete(ApiPath.of("tokens", name));
                root.context().print(TerminalText.clean(name) + " revoked");
                return ExitCode.OK;
            }
        }
    }
}
