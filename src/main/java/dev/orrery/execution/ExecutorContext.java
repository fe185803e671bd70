package dev.orrery.execution;

import dev.orrery.config.Settings;
import dev.orrery.execution.Executor.Transfer;
import dev.orrery.model.WorkerId;

import java.nio.file.Path;

/**
 * What an executor is given by its worker.
 *
 * @param directory the worker's own, for workspaces and spooled output
 * @param runMarker unique for each incarnation; letters, digits, dots and dashes
 */
public record ExecutorContext(
        Settings.Worker settings,
        Path directory,
        WorkerId worker,
        String runMarker,
        Transfer transfer) {

    /** Refuses a marker that could be read in two ways. */
    public ExecutorContext {
        if (!runMarker.matches("[A-Za-z0-9.-]{1,64}")) {
            throw new IllegalArgumentException(
                    "a run marker is 1 to 64 letters, digits, dots and dashes: " + runMarker);
        }
    }
}
