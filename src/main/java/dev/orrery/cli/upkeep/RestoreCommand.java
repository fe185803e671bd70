package dev.orrery.cli.upkeep;

import dev.orrery.cli.CommandException;
import dev.orrery.cli.ExitCode;
import dev.orrery.cli.RootCommand;
import dev.orrery.cli.Upkeep;
import dev.orrery.config.Settings;
import dev.orrery.config.SettingsReader;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/** Makes a data directory of a backup. */
@Command(name = "restore", description = "Fills an empty data directory from a backup.")
public final class RestoreCommand implements Callable<Integer> {

    private static final String STANDARD_INPUT = "-";

    private final RootCommand root;

    @Parameters(
            arity = "1",
            paramLabel = "FILE",
            description = "What 'orrery backup' wrote; - for standard input.")
    private String file = "";

    @Option(
            names = {"--conf", "-conf"},
            paramLabel = "FILE",
            description = "Configuration in YAML, which may name another database.")
    private Optional<Path> conf = Optional.empty();

    @Option(
            names = "--check",
            description = "Say whether the backup is whole, and restore nothing.")
    private boolean check;

    /** The command within the program. */
    public RestoreCommand(RootCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        Upkeep upkeep = root.context().servers().upkeep();
        try (InputStream backup = open()) {
            if (check) {
                return report(upkeep.verify(backup), file + " is whole");
            }
            Settings settings =
                    SettingsReader.read(
                            conf,
                            root.context().environment(),
                            Map.of("server.data", root.data().toAbsolutePath().toString()));
            Upkeep.Holding holding = upkeep.restore(backup, settings);
            return report(holding, settings.server().data() + " is restored");
        } catch (IOException e) {
            String reason = e.getMessage() == null ? e.toString() : e.getMessage();
            throw new CommandException(ExitCode.FAILED, "nothing is restored: " + reason, e);
        }
    }

    private InputStream open() throws IOException {
        return new BufferedInputStream(
                file.equals(STANDARD_INPUT)
                        ? root.context().in()
                        : Files.newInputStream(Path.of(file)));
    }

    private int report(Upkeep.Holding holding, String done) {
        root.context().print(done + ": " + HoldingText.of(holding));
        HoldingText.missing(holding).forEach(root.context()::complain);
        return ExitCode.OK;
    }
}
