package dev.orrery.store.sql;

import dev.orrery.store.StoreException;

import org.jspecify.annotations.Nullable;

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
public final class Session implements AutoCloseable {

    /**
     * Texts of statements come from a small set; past this the filters vary more than we thought.
     */
    private static final int STATEMENTS_MAX = 200;

    private final Connection connection;
    private final Dialect dialect;
    private final Statement plain;
    private final Map<String, PreparedStatement> statements = new HashMap<>();

    /** A session of an engine, which closes the connection. */
    public Session(Connection connection, Dialect dialect) throws SQLException {
        this.connection = connection;
        this.dialect = dialect;
        this.plain = connection.createStatement();
    }

    /** The statement of this text, prepared once. */
    public PreparedStatement prepare(String sql) throws SQLException {
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
    public <T> List<T> select(String sql, List<?> parameters, Row<T> row) throws SQLException {
        List<T> rows = new ArrayList<>();
        try (ResultSet found = bind(sql, parameters.toArray()).executeQuery()) {
            while (found.next()) {
                rows.add(row.read(found));
            }
        }
        return rows;
    }

    /** The only number of a query, 0 when there is no row. */
    public long number(String sql) throws SQLException {
        try (ResultSet row = prepare(sql).executeQuery()) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    /** Changes rows, and says how many. */
    public int update(String sql, @Nullable Object... parameters) throws SQLException {
        return bind(sql, parameters).executeUpdate();
    }

    /** Executes a statement for each row of parameters, and says how many rows each changed. */
    public int[] batch(String sql, List<@Nullable Object[]> rows) throws SQLException {
        PreparedStatement statement = prepare(sql);
        for (@Nullable Object[] row : rows) {
            bind(statement, row);
            statement.addBatch();
        }
        return statement.executeBatch();
    }

    /** Writes rows; those that the statement's conflict clause leaves out are left out. */
    void write(Bulk bulk, List<@Nullable Object[]> rows) throws SQLException {
        dialect.write(this, bulk, rows);
    }

    /** Writes rows for each of which there should be a place; see {@link Dialect#fit}. */
    int[] fit(Bulk bulk, List<@Nullable Object[]> rows) throws SQLException, StoreException {
        return dialect.fit(this, bulk, rows);
    }

    /** The engine. */
    public Dialect dialect() {
        return dialect;
    }

    /** The connection, for what only one engine has. */
    public Connection connection() {
        return connection;
    }

    /** The statement, ready to be executed. */
    public PreparedStatement bind(String sql, @Nullable Object... parameters) throws SQLException {
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
    public void run(String sql) throws SQLException {
        plain.execute(sql);
    }

    /** Begins a transaction that may write. */
    public void begin() throws SQLException {
        dialect.begin(this);
    }

    /** Makes the open transaction durable. */
    public void commit() throws SQLException {
        dialect.commit(this);
    }

    /**
     * Undoes what is open; SQLite has often done so by itself when a statement failed. Its driver
     * makes a statement that failed useless, so all are prepared anew.
     */
    public void rollback(Exception cause) {
        try {
            closeStatements();
            dialect.rollback(this);
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
    public interface Row<T> {
        /** Reads it. */
        T read(ResultSet row) throws SQLException;
    }
}
