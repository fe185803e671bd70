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
import dev.orrery.cli.command.ProgressCommand;
import dev.orrery.cli.command.RetryCommand;
import dev.orrery.cli.command.StatusCommand;
import dev.orrery.cli.command.TokenCommand;
import dev.orrery.cli.command.VersionCommand;
import dev.orrery.cli.command.WaitCommand;
import dev.orrery.cli.doctor.DoctorCommand;
import dev.orrery.cli.schedule.ScheduleCommand;
import dev.orrery.cli.serve.ServeCommand;
import dev.orrery.cli.serve.TrainingCommand;
import dev.orrery.cli.submit.RunCommand;
import dev.orrery.cli.submit.SubmitCommand;
import dev.orrery.cli.text.TerminalText;
import dev.orrery.cli.text.Times;
import dev.orrery.cli.upkeep.BackupCommand;
import dev.orrery.cli.upkeep.RestoreCommand;
import dev.orrery.config.ConfigurationException;
import dev.orrery.config.Role;
import dev.orrery.model.Quantities;

import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** The command line: finds the command, runs it, and turns failures into exit codes. */
public final class Program {

    private static final List<String> ROLES = List.of("dev", "master", "worker", "proxy");

    private static final String[] FOOTER = {
        "",
        "Roles may be combined, as in 'orrery master,worker'.",
        "Exit codes: 0 done, 1 failed, 2 not understood, 69 no server, 77 not allowed,",
        "78 configuration; 'run' exits with the task's code."
    };

    private Program() {}

    /** Runs the command that the arguments name; the exit code. */
    public static int run(Context context, String... args) {
        RootCommand root = new RootCommand(context);
        int exitCode = commandLine(root, verb(args)).execute(args);
        context.out().flush();
        context.err().flush();
        return exitCode;
    }

    /** All the commands. */
    public static CommandLine commandLine(Context context) {
        return commandLine(new RootCommand(context), "");
    }

    /**
     * The commands that are needed for the verb: itself alone when it is known, as reading the
     * options of all of them takes longer than most commands do.
     */
    private static CommandLine commandLine(RootCommand root, String verb) {
        CommandLine line = new CommandLine(root);
        Map<String, Supplier<Object>> commands = commands(root);
        Supplier<Object> known = commands.get(verb);
        if (known != null) {
            line.addSubcommand(verb, known.get());
        } else if (Role.parse(verb).isPresent()) {
            line.addSubcommand(verb, new ServeCommand(root, Role.parse(verb).get()));
        } else {
            commands.forEach((name, command) -> line.addSubcommand(name, command.get()));
        }
        for (String role : ROLES) {
            CommandLine serving = line.getSubcommands().get(role);
            if (serving != null) {
                serving.getCommandSpec().usageMessage().description(ServeCommand.describe(role));
            }
        }
        return configured(line, root.context());
    }

    private static Map<String, Supplier<Object>> commands(RootCommand root) {
        Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
        for (String role : ROLES) {
            commands.put(role, () -> new ServeCommand(root, Role.parse(role).orElseThrow()));
        }
        commands.put("run", () -> new RunCommand(root));
        commands.put("submit", () -> new SubmitCommand(root));
        commands.put("status", () -> new StatusCommand(root));
        commands.put("list", () -> new ListCommand(root));
        commands.put("wait", () -> new WaitCommand(root));
        commands.put("logs", () -> new LogsCommand(root));
        commands.put("outputs", () -> new OutputsCommand(root));
        commands.put("cancel", () -> new CancelCommand(root));
        commands.put("retry", () -> new RetryCommand(root));
        commands.put("delete", () -> new DeleteCommand(root));
        commands.put("explain", () -> new ExplainCommand(root));
        commands.put("nodes", () -> new NodesCommand(root));
        commands.put("drain", () -> new DrainCommand(root, true));
        commands.put("resume", () -> new DrainCommand(root, false));
        commands.put("progress", () -> new ProgressCommand(root));
        commands.put("schedule", () -> ScheduleCommand.line(root));
        commands.put("token", () -> TokenCommand.line(root));
        commands.put("backup", () -> new BackupCommand(root));
        commands.put("restore", () -> new RestoreCommand(root));
        commands.put("doctor", () -> new DoctorCommand(root));
        commands.put("version", () -> new VersionCommand(root));
        commands.put("completion", () -> new CompletionCommand(root));
        commands.put("training", () -> new TrainingCommand(root));
        return commands;
    }

    private static CommandLine configured(CommandLine line, Context context) {
        // What stands after the program's name belongs to that program.
        for (String command : List.of("run", "submit", "progress")) {
            Optional.ofNullable(line.getSubcommands().get(command))
                    .ifPresent(taking -> taking.setStopAtPositional(true));
        }
        line.setOut(new PrintWriter(context.out(), true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(context.err(), true, StandardCharsets.UTF_8));
        line.getCommandSpec().usageMessage().footer(FOOTER);
        register(line, Instant.class, text -> Times.parse(text, Instant.now()));
        register(line, Duration.class, Quantities::parseDuration);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setParameterExceptionHandler((e, args) -> notUnderstood(context, e));
        line.setExecutionExceptionHandler((e, command, result) -> failed(context, e));
        return line;
    }

    /** A converter whose refusals are shown as they are. */
    private static <T> void register(CommandLine line, Class<T> type, Function<String, T> read) {
        line.registerConverter(
                type,
                text -> {
                    try {
                        return read.apply(text);
                    } catch (IllegalArgumentException e) {
                        throw new TypeConversionException(e.getMessage());
                    }
                });
    }

    /** The first word, which says what to do; empty when there is none. */
    private static String verb(String... args) {
        for (int i = 0; i < args.length; i++) {
            if (args[i].equals("--data")) {
                i++;
            } else if (!args[i].startsWith("-")) {
                return args[i];
            }
        }
        return "";
    }

    private static int notUnderstood(Context context, ParameterException e) {
        CommandLine command = e.getCommandLine();
        complain(context, String.valueOf(e.getMessage()));
        if (!UnmatchedArgumentException.printSuggestions(e, command.getErr())) {
            context.complain(
                    "orrery: see '" + command.getCommandSpec().qualifiedName() + " --help'");
        }
        boolean ofRun = command.getCommandName().equals("run");
        return ofRun ? ExitCode.RUN_FAILED : ExitCode.USAGE;
    }

    /** Texts of others are in it: they act on nothing, and each further line is seen to be one. */
    private static void complain(Context context, String message) {
        List<String> lines = message.lines().map(TerminalText::clean).toList();
        context.complain("orrery: " + String.join("\n    ", lines));
    }

    private static int failed(Context context, Exception e) {
        return switch (e) {
            case CommandException failure -> {
                complain(context, String.valueOf(failure.getMessage()));
                yield failure.exitCode();
            }
            case ConfigurationException faults -> {
                faults.faults().forEach(fault -> complain(context, fault));
                yield ExitCode.CONFIGURATION;
            }
            case ParameterException usage -> notUnderstood(context, usage);
            default -> {
                complain(context, "a bug: " + e);
                for (StackTraceElement frame : e.getStackTrace()) {
                    context.complain("    at " + frame);
                }
                yield ExitCode.SOFTWARE;
            }
        };
    }
}
