package dev.orrery.cli;

import dev.orrery.config.Role;
import dev.orrery.config.Settings;

import java.util.Set;

/** What the command line starts nodes with; {@code Main} hands in the real one. */
@FunctionalInterface
public interface Servers {

    /**
     * Starts a node and returns once it serves.
     *
     * @throws dev.orrery.config.ConfigurationException when the settings cannot be used after all
     * @throws CommandException with the exit code of any other expected failure, such as 73 for a
     *     data directory in use
     */
    RunningServer start(Set<Role> roles, Settings settings) throws Exception;

    /** What works on a store without a node. */
    default Upkeep upkeep() {
        throw new CommandException(ExitCode.SOFTWARE, "this program has no store");
    }
}
