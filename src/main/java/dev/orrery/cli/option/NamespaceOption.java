package dev.orrery.cli.option;

import picocli.CommandLine.Option;

import java.util.Optional;

/** The namespace that running numbers and 'last' count in. */
public final class NamespaceOption {

    @Option(names = "--namespace", paramLabel = "NAME", description = "Namespace of the jobs.")
    private Optional<String> name = Optional.empty();

    /** The namespace that was named. */
    public Optional<String> name() {
        return name;
    }
}
