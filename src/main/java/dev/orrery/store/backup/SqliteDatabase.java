package dev.orrery.store.backup;

import dev.orrery.config.Settings;
import dev.orrery.store.StoreException;
import dev.orrery.store.sqlite.SqliteStore;

import org.sqlite.SQLiteConfig;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * The SQLite file of a data directory.
 *
 * <p>A transaction that reads keeps the write-ahead log from being emptied, so that it grows while
 * the tables are read; nobody waits for it.
 */
public final class SqliteDatabase implements Database {

    private static final int BUSY_MILLIS = 5_000;

    private final Path data;
    private final Settings.Storage settings;

    /** The file in the directory. */
    public SqliteDatabase(Path data, Settings.Storage settings) {
        this.data = data;
        this.settings = settings;
    }

    @Override
    public String engine() {
        return "SQLite";
    }

    @Override
    public Connection snapshot() throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(true);
        return open(config);
    }

    @Override
    public void create(int schema) throws StoreException {
        SqliteStore.open(data, settings).close();
    }

    @Override
    public Connection writer() throws SQLException {
        return open(new SQLiteConfig());
    }

    @Override
    public void complete() throws StoreException {
        SqliteStore.open(data, settings).close();
    }

    private Connection open(SQLiteConfig config) throws SQLException {
        config.setBusyTimeout(BUSY_MILLIS);
        Connection connection = config.createConnection("jdbc:sqlite:" + data.resolve("store.db"));
        connection.setAutoCommit(false);
        return connection;
    }
}
