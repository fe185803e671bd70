package dev.orrery;

import dev.orrery.cli.Finding;
import dev.orrery.cli.Upkeep;
import dev.orrery.config.Settings;
import dev.orrery.store.StoreException;
import dev.orrery.store.backup.Restore;
import dev.orrery.store.backup.SqliteDatabase;

import java.io.IOException;
import java.io.InputStream;
import java.sql.SQLException;
import java.util.List;

/** The store as the command line sees it while no node runs. */
final class StoreUpkeep implements Upkeep {

    @Override
    public Holding verify(InputStream backup) throws IOException {
        return holding(Restore.verify(backup));
    }

    @Override
    public Holding restore(InputStream backup, Settings settings) throws IOException {
        try {
            return holding(
                    Restore.restore(
                            backup,
                            settings.server().data(),
                            data -> new SqliteDatabase(data, settings.storage())));
        } catch (StoreException | SQLException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    @Override
    public List<Finding> examine(Settings settings) {
        return List.of();
    }

    private static Holding holding(Restore.Summary summary) {
        return new Holding(
                summary.takenAt(),
                summary.version(),
                summary.jobs(),
                summary.files(),
                summary.bytes(),
                summary.missing());
    }
}
