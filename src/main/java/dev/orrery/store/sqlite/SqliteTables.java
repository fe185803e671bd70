package dev.orrery.store.sqlite;

import dev.orrery.config.Settings;
import dev.orrery.store.FileLogFiles;
import dev.orrery.store.StoreException;
import dev.orrery.store.backup.EmptyDatabase;
import dev.orrery.store.sql.Session;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.UUID;

/** The SQLite file of a data directory that is filled from a backup. */
public final class SqliteTables implements EmptyDatabase {

    private final Path data;
    private final Settings.Storage settings;

    /** The file in the directory, which is there once it was created. */
    public SqliteTables(Path data, Settings.Storage settings) {
        this.data = data;
        this.settings = settings;
    }

    @Override
    public void create(String engine, int schema) throws StoreException {
        SqliteStore.create(
                data, engine.equals("SQLite") ? schema : SqliteStore.MIGRATIONS.latest());
    }

    @Override
    public Session filler() throws SQLException {
        return SqliteSessions.filler(data.resolve("store.db"));
    }

    @Override
    public void migrate() throws StoreException {
        SqliteStore.open(data, settings).close();
    }

    /** Its one master has all bytes by itself. */
    @Override
    public void complete(UUID master, FileLogFiles logs) {}
}
