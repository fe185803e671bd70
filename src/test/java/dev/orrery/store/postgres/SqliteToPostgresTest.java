package dev.orrery.store.postgres;

import dev.orrery.config.Settings;
import dev.orrery.config.SettingsReader;
import dev.orrery.store.Store;
import dev.orrery.store.StoreException;
import dev.orrery.store.backup.BackupContractTest;
import dev.orrery.store.backup.EmptyDatabase;
import dev.orrery.store.sqlite.SqliteStore;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;

/** Backups of SQLite, into PostgreSQL: the way from one master to several. */
final class SqliteToPostgresTest extends BackupContractTest {

    private static final Settings.Storage SETTINGS = SettingsReader.of(Map.of()).storage();

    private final String targetDatabase = PostgresFixture.freshDatabase();

    @Override
    protected Store source(Path data) throws StoreException {
        return SqliteStore.open(data, SETTINGS);
    }

    @Override
    protected EmptyDatabase target(Path data) {
        try {
            return PostgresTables.of(PostgresFixture.server().settings(targetDatabase));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    protected Store restored(Path data) throws StoreException {
        return PostgresFixture.open(data, targetDatabase, InstantSource.system());
    }
}
