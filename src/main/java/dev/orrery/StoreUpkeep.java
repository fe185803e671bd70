package dev.orrery;

import dev.orrery.cli.Upkeep;
import dev.orrery.config.Settings;
import dev.orrery.model.health.Finding;
import dev.orrery.store.StoreException;
import dev.orrery.store.backup.EmptyDatabase;
import dev.orrery.store.backup.Restore;
import dev.orrery.store.postgres.PostgresExamination;
import dev.orrery.store.postgres.PostgresTables;
import dev.orrery.store.sqlite.SqliteExamination;
import dev.orrery.store.sqlite.SqliteTables;

import java.io.IOException;
import java.io.InputStream;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** The store as the command line sees it while no node runs. */
final class StoreUpkeep implements Upkeep {

    @Override
    public Holding verify(InputStream backup) throws IOException {
        return holding(Restore.verify(backup));
    }

    @Override
    public Holding restore(InputStream backup, Settings settings) throws IOException {
        Settings.Storage storage = settings.storage();
        if (settings.blobs().directory().isPresent()) {
            throw new IOException(
                    ("a backup is unpacked into %1$s, and blobs.directory says that bytes are"
                                    + " in %2$s: leave that setting out, restore, and move"
                                    + " %1$s/blobs and %1$s/logs into %2$s before the start")
                            .formatted(
                                    settings.server().data(), settings.blobs().directory().get()));
        }
        Optional<PostgresTables> shared = Optional.empty();
        if (storage.database().isPresent()) {
            shared = Optional.of(PostgresTables.of(storage.database().get()));
        }
        Optional<EmptyDatabase> named = shared.map(EmptyDatabase.class::cast);
        try {
            return holding(
                    Restore.restore(
                            backup,
                            settings.server().data(),
                            data -> named.orElseGet(() -> new SqliteTables(data, storage))));
        } catch (StoreException | SQLException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    @Override
    public List<Finding> examine(Settings settings) {
        return settings.storage()
                .database()
                .map(PostgresExamination::of)
                .orElseGet(() -> SqliteExamination.of(settings.server().data()));
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
