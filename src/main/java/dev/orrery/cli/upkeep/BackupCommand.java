package dev.orrery.cli.upkeep;

import dev.orrery.cli.CommandException;
import dev.orrery.cli.ExitCode;
import dev.orrery.cli.RootCommand;
import dev.orrery.cli.Upkeep;
import dev.orrery.cli.client.ApiPath;
import dev.orrery.cli.option.ServerOptions;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;

/** Copies a running store into one file. */
@Command(name = "backup", description = "Writes all of a running cluster's store into one file.")
public final class BackupCommand implements Callable<Integer> {

    private static final String STANDARD_OUTPUT = "-";

    private final RootCommand root;
    @Mixin private final ServerOptions server = new ServerOptions();

    @Parameters(
            arity = "1",
            paramLabel = "FILE",
            description = "File to write, readable by you only; - for standard output.")
    private String file = "";

    @Option(names = "--force", description = "Replace the file when it is there.")
    private boolean force;

    /** The command within the program. */
    public BackupCommand(RootCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        if (file.equals(STANDARD_OUTPUT)) {
            return toStandardOutput();
        }
        Path target = Path.of(file).toAbsolutePath();
        if (Files.exists(target) && !force) {
            throw new CommandException(
                    ExitCode.FAILED, file + " is there already; --force replaces it");
        }
        Path partial = target.resolveSibling(target.getFileName() + ".part");
        try {
            try {
                write(partial);
                Upkeep.Holding holding = verify(partial);
                move(partial, target);
                return report(holding);
            } finally {
                Files.deleteIfExists(partial);
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** Whoever reads it checks it: a backup that ends early has no manifest. */
    private int toStandardOutput() {
        try (ServerOptions.Session session = server.open(root);
                InputStream backup = session.client().open(ApiPath.of("backup"))) {
            backup.transferTo(root.context().out());
            root.context().out().flush();
            if (root.context().out().checkError()) {
                throw new IOException("standard output was closed");
            }
            return ExitCode.OK;
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private void write(Path partial) throws IOException {
        Files.deleteIfExists(partial);
        try (ServerOptions.Session session = server.open(root);
                InputStream backup = session.client().open(ApiPath.of("backup"));
                FileChannel channel =
                        FileChannel.open(
                                partial,
                                Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
                                PosixFilePermissions.asFileAttribute(
                                        PosixFilePermissions.fromString("rw-------")))) {
            backup.transferTo(Channels.newOutputStream(channel));
            channel.force(true);
        }
    }

    private Upkeep.Holding verify(Path partial) throws IOException {
        try (InputStream written = new BufferedInputStream(Files.newInputStream(partial))) {
            return root.context().servers().upkeep().verify(written);
        }
    }

    private static void move(Path partial, Path target) throws IOException {
        Files.move(
                partial,
                target,
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        Path parent = Optional.ofNullable(target.getParent()).orElseThrow();
        try (FileChannel directory = FileChannel.open(parent, StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    private int report(Upkeep.Holding holding) {
        root.context().print(file + ": " + HoldingText.of(holding));
        HoldingText.missing(holding).forEach(root.context()::complain);
        return holding.missing().isEmpty() ? ExitCode.OK : ExitCode.FAILED;
    }

    private CommandException failed(IOException e) {
        String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return new CommandException(
                ExitCode.FAILED, "no backup was written to " + file + ": " + reason, e);
    }
}
