package dev.orrery.cli;

import picocli.CommandLine.IVersionProvider;

import java.util.Optional;

/** The version of the program, from the manifest of its jar. */
public final class Version implements IVersionProvider {

    /** The version, or {@code development} when there is no jar. */
    public static String text() {
        return Optional.ofNullable(Version.class.getPackage().getImplementationVersion())
                .orElse("development");
    }

    @Override
    public String[] getVersion() {
        return new String[] {"orrery " + text()};
    }
}
