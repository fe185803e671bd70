package dev.orrery.cli.command;

import picocli.CommandLine.Option;

import java.util.Optional;

/** The namespace that running numbers and 'last' count in. */
final class NamespaceOption {

    @Option(names = "--namespace", paramLabel = "NAME", description = "Namespace of the jobs.")
    private Optional<String> name = Optional.empty();

    Optional<String> name() {
        return name;
    }
}
