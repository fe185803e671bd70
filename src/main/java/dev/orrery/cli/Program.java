package dev.orrery.cli;

import dev.orrery.cli.command.CancelCommand;
import dev.orrery.cli.command.CompletionCommand;
import dev.orrery.cli.command.DeleteCommand;
import dev.orrery.cli.command.DrainCommand;
import dev.orrery.cli.command.ExplainCommand;
import dev.orrery.cli.command.ListCommand;
import dev.orrery.cli.command.LogsCommand;
import dev.orrery.cli.command.NodesCommand;
import dev.orrery.cli.command.OutputsCommand;
import dev.orrery.cli.command.RetryCommand;
import dev.orrery.cli.command.RunCommand;
import dev.orrery.cli.command.StatusCommand;
import dev.orrery.cli.command.SubmitCommand;
import dev.orrery.cli.command.TokenCommand;
import dev.orrery.cli.command.VersionCommand;
import dev.orrery.cli.command.WaitCommand;
import dev.orrery.cli.serve.ServeCommand;
import dev.orrery.cli.serve.TrainingCommand;
import dev.orrery.cli.text.TerminalText;
import dev.orrery.cli.text.Times;
import dev.orrery.config.ConfigurationException;
import dev.orrery.config.Role;
import dev.orrery.model.Quantities;

import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The command line: finds the command, runs it, and turns failures into exit codes. */
public final class Program {

    private static final List<String> ROLES = List.of("dev", "master", "worker", "proxy");

    private Program() {}

    /** Runs the command that the arguments name; the exit code. */
    public static int run(Context context, String... args) {
        CommandLine line = commandLine(context);
        roleList(args).ifPresent(text -> addRoles(line, context, text));
        int exitCode = line.execute(args);
        context.out().flush();
        context.err().flush();
        return exitCode;
    }

    /** All the commands. */
    public static CommandLine commandLine(Context context) {
        RootCommand root = new RootCommand(context);
        CommandLine line = new CommandLine(root);
        for (String role : ROLES) {
            line.addSubcommand(role, new ServeCommand(root, Role.parse(role).orElseThrow()));
            line.getSubcommands()
                    .get(role)
                    .getCommandSpec()
                    .usageMessage()
                    .description(ServeCommand.describe(role));
        }
        line.addSubcommand(new RunCommand(root))
                .addSubcommand(new SubmitCommand(root))
                .addSubcommand(new StatusCommand(root))
                .addSubcommand(new ListCommand(root))
                .addSubcommand(new WaitCommand(root))
                .addSubcommand(new LogsCommand(root))
                .addSubcommand(new OutputsCommand(root))
                .addSubcommand(new CancelCommand(root))
                .addSubcommand(new RetryCommand(root))
                .addSubcommand(new DeleteCommand(root))
                .addSubcommand(new ExplainCommand(root))
                .addSubcommand(new NodesCommand(root))
                .addSubcommand("drain", new DrainCommand(root, true))
                .addSubcommand("resume", new DrainCommand(root, false))
                .addSubcommand(TokenCommand.line(root))
                .addSubcommand(new VersionCommand(root))
                .addSubcommand(new CompletionCommand(root))
                .addSubcommand(new TrainingCommand(root));
        return configured(line, context);
    }

    private static CommandLine configured(CommandLine line, Context context) {
        // What stands after the program's name belongs to that program.
        line.getSubcommands().get("run").setStopAtPositional(true);
        line.getSubcommands().get("submit").setStopAtPositional(true);
        line.setOut(new java.io.PrintWriter(context.out(), true));
        line.setErr(new java.io.PrintWriter(context.err(), true));
        line.registerConverter(Instant.class, text -> Times.parse(text, Instant.now()));
        line.registerConverter(Duration.class, Quantities::parseDuration);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setParameterExceptionHandler((e, args) -> notUnderstood(context, e));
        line.setExecutionExceptionHandler((e, command, result) -> failed(context, e));
        return line;
    }

    private static void addRoles(CommandLine line, Context context, String text) {
        RootCommand root = line.getCommand();
        Set<Role> roles = Role.parse(text).orElseThrow();
        line.addSubcommand(text, new ServeCommand(root, roles));
        configured(line, context);
    }

    /** A list of roles or a class name, which is a command without being in the table of them. */
    private static Optional<String> roleList(String... args) {
        for (int i = 0; i < args.length; i++) {
            if (args[i].equals("--data")) {
                i++;
            } else if (!args[i].startsWith("-")) {
                String word = args[i];
                return Optional.of(word)
                        .filter(text -> !ROLES.contains(text) && Role.parse(text).isPresent());
            }
        }
        return Optional.empty();
    }

    private static int notUnderstood(Context context, ParameterException e) {
        CommandLine command = e.getCommandLine();
        context.complain("orrery: " + TerminalText.clean(String.valueOf(e.getMessage())));
        if (!UnmatchedArgumentException.printSuggestions(e, command.getErr())) {
            context.complain(
                    "orrery: see '" + command.getCommandSpec().qualifiedName() + " --help'");
        }
        boolean ofRun = command.getCommandName().equals("run");
        return ofRun ? ExitCode.RUN_FAILED : ExitCode.USAGE;
    }

    private static int failed(Context context, Exception e) {
        return switch (e) {
            case CommandException failure -> {
                context.complain("orrery: " + failure.getMessage());
                yield failure.exitCode();
            }
            case ConfigurationException faults -> {
                faults.faults().forEach(fault -> context.complain("orrery: " + fault));
                yield ExitCode.CONFIGURATION;
            }
            case ParameterException usage -> notUnderstood(context, usage);
            default -> {
                context.complain("orrery: a bug: " + e);
                for (StackTraceElement frame : e.getStackTrace()) {
                    context.complain("    at " + frame);
                }
                yield ExitCode.SOFTWARE;
            }
        };
    }
}
