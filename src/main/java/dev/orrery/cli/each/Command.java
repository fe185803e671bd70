package dev.orrery.cli.each;

import java.util.Optional;

/**
 * A line that is a command for the shell.
 *
 * @param line its number, from 1; blank lines count
 * @param fault why it is none that could be sent
 */
record Command(long line, String text, Optional<String> fault) {

    static Command of(long line, String text) {
        return new Command(line, text, Optional.empty());
    }

    static Command unusable(long line, String fault) {
        return new Command(line, "", Optional.of(fault));
    }
}
