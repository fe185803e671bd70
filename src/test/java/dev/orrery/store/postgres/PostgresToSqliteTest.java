package dev.orrery.store.postgres;

import dev.orrery.config.Settings;
import dev.orrery.config.SettingsReader;
import dev.orrery.store.Store;
import dev.orrery.store.StoreException;
import dev.orrery.store.backup.BackupContractTest;
import dev.orrery.store.backup.EmptyDatabase;
import dev.orrery.store.sqlite.SqliteStore;
import dev.orrery.store.sqlite.SqliteTables;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;

/** Backups of PostgreSQL, into SQLite: the way back to one master. */
final class PostgresToSqliteTest extends BackupContractTest {

    private static final Settings.Storage SETTINGS = SettingsReader.of(Map.of()).storage();

    private final String sourceDatabase = PostgresFixture.freshDatabase();

    @Override
    protected Store source(Path data) throws StoreException {
        return PostgresFixture.open(data, sourceDatabase, InstantSource.system());
    }

    @Override
    protected EmptyDatabase target(Path data) {
        return new SqliteTables(data, SETTINGS);
    }

    @Override
    protected Store restored(Path data) throws StoreException {
        return SqliteStore.open(data, SETTINGS);
    }
}
