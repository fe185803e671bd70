package dev.orrery.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

import java.nio.file.Path;
import java.util.Optional;

/** The program itself, and what all its commands share. */
@Command(
        name = "orrery",
        description = "Runs commands on a cluster of machines, and is that cluster.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        scope = ScopeType.INHERIT,
        usageHelpAutoWidth = true,
        synopsisSubcommandLabel = "COMMAND")
public final class RootCommand {

    @Option(
            names = "--data",
            paramLabel = "DIR",
            scope = ScopeType.INHERIT,
            description = "Directory of everything durable; default ~/.orrery.")
    private Optional<Path> data = Optional.empty();

    private final Context context;

    /** The program in its surroundings. */
    public RootCommand(Context context) {
        this.context = context;
    }

    /** What the commands have of the outside. */
    public Context context() {
        return context;
    }

    /** The directory as the command line names it. */
    public Optional<Path> namedData() {
        return data.map(Path::toAbsolutePath);
    }

    /** The directory, by flag, environment or default. */
    public Path data() {
        return namedData()
                .or(() ->
                        Optional.ofNullable(context.environment().get("ORRERY_SERVER_DATA"))
                                .map(Path::of))
                .orElseGet(() -> Path.of(System.getProperty("user.home"), ".orrery"));
    }
}
