package dev.orrery.store.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteConfig.TempStore;

/** One connection and its prepared statements, used by one thread at a time. */
final class Session implements AutoCloseable {

    /** For the case that an operator's tool holds the file; we never wait for ourselves. */
    private static final int BUSY_MILLIS = 5_000;

    /** Negative means KiB. */
    private static final int WRITER_CACHE = -64 * 1024;

    private static final int READER_CACHE = -8 * 1024;

    /** Texts of statements come from a small set; past this the filters vary more than we thought. */
    private static final int STATEMENTS_MAX = 200;

    private final Connection connection;
    private final Statement plain;
    private final Map<String, PreparedStatement> statements = new HashMap<>();

    private Session(Connection connection) throws SQLException {
        this.connection = connection;
        this.plain = connection.createStatement();
    }

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
            return new Session(connection);
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** The statement of this text, prepared once. */
    PreparedStatement prepare(String sql) throws SQLException {
        PreparedStatement known = statements.get(sql);
        if (known != null) {
            return known;
        }
        if (statements.size() >= STATEMENTS_MAX) {
            closeStatements();
        }
        PreparedStatement statement = connection.prepareStatement(sql);
        statements.put(sql, statement);
        return statement;
    }

    /** Runs a statement without parameters or result. */
    void run(String sql) throws SQLException {
        plain.execute(sql);
    }

    /** Begins a transaction that may write. */
    void begin() throws SQLException {
        run("BEGIN IMMEDIATE");
    }

    void commit() throws SQLException {
        run("COMMIT");
    }

    /**
     * Undoes what is open; SQLite has often done so by itself when a statement failed. The driver
     * makes a statement that failed useless, so all are prepared anew.
     */
    void rollback(Exception cause) {
        try {
            closeStatements();
            run("ROLLBACK");
        } catch (SQLException alreadyUndone) {
            cause.addSuppressed(alreadyUndone);
        }
    }

    private void closeStatements() throws SQLException {
        for (PreparedStatement statement : statements.values()) {
            statement.close();
        }
        statements.clear();
    }

    @Override
    public void close() throws SQLException {
        try (connection) {
            closeStatements();
            plain.close();
        }
    }
}
