package dev.orrery.cli;

import dev.orrery.config.Settings;
import dev.orrery.model.health.Finding;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;

/** What the command line does with a store on which no node runs; {@code Main} hands it in. */
public interface Upkeep {

    /**
     * What a backup holds.
     *
     * @param version of the program that wrote it
     * @param missing blobs that were lost before it was taken
     */
    record Holding(
            Instant takenAt,
            String version,
            long jobs,
            long files,
            long bytes,
            List<String> missing) {
        /** Copies the list. */
        public Holding {
            missing = List.copyOf(missing);
        }
    }

    /**
     * Reads a backup to its end.
     *
     * @throws IOException when it is not whole, with what to do
     */
    Holding verify(InputStream backup) throws IOException;

    /**
     * Fills the empty data directory, and the database where that is another one.
     *
     * @throws IOException when it cannot be done, and then nothing is left of it
     */
    Holding restore(InputStream backup, Settings settings) throws IOException;

    /** Looks at the store, whether a node runs on it or not, and changes nothing. */
    List<Finding> examine(Settings settings);
}
