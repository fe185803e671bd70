package dev.orrery.cli.command;

import dev.orrery.cli.ExitCode;
import dev.orrery.cli.RootCommand;
import dev.orrery.cli.Version;
import dev.orrery.cli.client.Json;
import dev.orrery.cli.option.OutputOption;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import java.util.concurrent.Callable;

/** Says the versions of the program and of its JDK. */
@Command(name = "version", description = "Says the versions of the program and of its JDK.")
public final class VersionCommand implements Callable<Integer> {

    private final RootCommand root;
    @Mixin private final OutputOption output = new OutputOption();

    /** The command within the program. */
    public VersionCommand(RootCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        String jdk = Runtime.version().toString();
        output.write(
                root.context(),
                Json.object().put("version", Version.text()).put("jdk", jdk),
                answer -> Version.text(),
                answer -> root.context().print("orrery " + Version.text() + " (JDK " + jdk + ")"));
        return ExitCode.OK;
    }
}
