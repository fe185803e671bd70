package dev.orrery.store.sqlite;

import dev.orrery.store.sql.Session;

import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteConfig.TempStore;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** The connections to one SQLite file. */
final class SqliteSessions {

    /** For the case that an operator's tool holds the file; we never wait for ourselves. */
    private static final int BUSY_MILLIS = 5_000;

    /** Negative means KiB. */
    private static final int WRITER_CACHE = -64 * 1024;

    private static final int READER_CACHE = -8 * 1024;

    private SqliteSessions() {}

    /**
     * Opens the connection that writes. It does not checkpoint by itself: SQLite would ignore a
     * checkpoint's failed sync, and the next one could succeed over lost pages.
     */
    static Session writer(Path file) throws SQLException {
        SQLiteConfig config = config(WRITER_CACHE);
        config.setJournalMode(JournalMode.WAL);
        config.setSynchronous(SynchronousMode.FULL);
        Session session = open(file, config);
        session.run("PRAGMA wal_autocheckpoint = 0");
        return session;
    }

    static Session reader(Path file) throws SQLException {
        SQLiteConfig config = config(READER_CACHE);
        config.setReadOnly(true);
        return open(file, config);
    }

    /** Opens a connection within a transaction that sees the state of this moment. */
    static Connection snapshot(Path file) throws SQLException {
        SQLiteConfig config = config(READER_CACHE);
        config.setReadOnly(true);
        Connection connection = config.createConnection("jdbc:sqlite:" + file);
        try (Statement first = connection.createStatement()) {
            connection.setAutoCommit(false);
            first.executeQuery("SELECT epoch FROM leader").close();
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** Opens a session within a transaction that fills the tables. */
    static Session filler(Path file) throws SQLException {
        Session session = open(file, config(WRITER_CACHE));
        session.connection().setAutoCommit(false);
        return session;
    }

    private static SQLiteConfig config(int cache) {
        SQLiteConfig config = new SQLiteConfig();
        config.setBusyTimeout(BUSY_MILLIS);
        config.setCacheSize(cache);
        config.setTempStore(TempStore.MEMORY);
        return config;
    }

    private static Session open(Path file, SQLiteConfig config) throws SQLException {
        Connection connection = config.createConnection("jdbc:sqlite:" + file);
        try {
            return new Session(connection, SqliteDialect.INSTANCE);
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }
}
