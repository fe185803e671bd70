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
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
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
            Map<String, String> flags = new TreeMap<>();
            root.namedData().ifPresent(data -> flags.put("server.data", data.toString()));
            Settings settings = SettingsReader.read(conf, root.context().environment(), flags);
            return report(
                    restore(upkeep, backup, settings), settings.server().data() + " is restored");
        } catch (IOException e) {
            String reason = e.getMessage() == null ? e.toString() : e.getMessage();
            throw new CommandException(ExitCode.FAILED, "nothing is restored: " + reason, e);
        }
    }

    private static Upkeep.Holding restore(Upkeep upkeep, InputStream backup, Settings settings)
            throws IOException {
        try {
            return upkeep.restore(backup, settings);
        } catch (FileSystemException e) {
            // It says little more than the name of a file.
            throw new IOException(
                    e.getMessage()
                            + ": "
                            + e.getClass().getSimpleName()
                            + "; the directory is made beside its place, as DIR.restoring, and then"
                            + " renamed: be the user of the service, let it write there, and name"
                            + " no mount point but a directory in it",
                    e);
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
