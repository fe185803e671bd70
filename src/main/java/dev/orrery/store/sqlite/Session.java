package dev.orrery.store.sqlite;

import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteConfig.TempStore;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One connection and its prepared statements, used by one thread at a time. */
final class Session implements AutoCloseable {

    /** For the case that an operator's tool holds the file; we never wait for ourselves. */
    private static final int BUSY_MILLIS = 5_000;

    /** Negative means KiB. */
    private static final int WRITER_CACHE = -64 * 1024;

    private static final int READER_CACHE = -8 * 1024;

    /**
     * Texts of statements come from a small set; past this the filters vary more than we thought.
     */
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

    /** All rows of a query. */
    <T> List<T> select(String sql, List<?> parameters, Row<T> row) throws SQLException {
        List<T> rows = new ArrayList<>();
        try (ResultSet found = bind(sql, parameters.toArray()).executeQuery()) {
            while (found.next()) {
                rows.add(row.read(found));
            }
        }
        return rows;
    }

    /** The only number of a query, 0 when there is no row. */
    long number(String sql) throws SQLException {
        try (ResultSet row = prepare(sql).executeQuery()) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    /** Changes rows, and says how many. */
    int update(String sql, @Nullable Object... parameters) throws SQLException {
        return bind(sql, parameters).executeUpdate();
    }

    /** Executes a statement for each row of parameters, and says how many rows each changed. */
    int[] batch(String sql, List<@Nullable Object[]> rows) throws SQLException {
        PreparedStatement statement = prepare(sql);
        for (@Nullable Object[] row : rows) {
            bind(statement, row);
            statement.addBatch();
        }
        return statement.executeBatch();
    }

    /** The statement, ready to be executed. */
    PreparedStatement bind(String sql, @Nullable Object... parameters) throws SQLException {
        PreparedStatement statement = prepare(sql);
        bind(statement, parameters);
        return statement;
    }

    /** Sets all parameters of a statement. */
    static void bind(PreparedStatement statement, @Nullable Object... parameters)
            throws SQLException {
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
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

    /** How one row is read. */
    @FunctionalInterface
    interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }
}
