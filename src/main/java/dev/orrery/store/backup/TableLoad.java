package dev.orrery.store.backup;

import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Puts the rows of a backup into empty tables, in the transaction of its caller. */
final class TableLoad {

    /**
     * How far the epoch is raised above that of the backup: beyond any that a worker can have seen
     * since, because a worker takes no command of an older one.
     */
    static final long EPOCH_LEAP = 1_000_000;

    private static final int BATCH_ROWS = 500;
    private static final Set<String> KNOWN =
            Table.ALL.stream().map(Table::name).collect(Collectors.toUnmodifiableSet());

    private final Connection connection;
    private String filling = "";
    private int waiting;
    private @org.jspecify.annotations.Nullable PreparedStatement insert;

    TableLoad(Connection connection) {
        this.connection = connection;
    }

    void load(TableDump dump, List<String> removed) throws IOException, SQLException {
        run("DELETE FROM " + Table.LEADER);
        try (TableDump.Reader rows = dump.new Reader()) {
            for (var entry = rows.next(); entry.isPresent(); entry = rows.next()) {
                add(entry.get());
            }
        }
        flush();
        for (String job : removed) {
            remove(HexFormat.of().parseHex(job));
        }
        run("UPDATE leader SET holder = '', epoch = epoch + " + EPOCH_LEAP);
    }

    private void add(TableDump.Entry entry) throws IOException, SQLException {
        TableRows.Item.Head table = entry.table();
        if (!table.table().equals(filling) || insert == null) {
            flush();
            insert = prepare(table);
            filling = table.table();
        }
        int column = 1;
        for (Object value : entry.row().values()) {
            insert.setObject(column++, value);
        }
        insert.addBatch();
        waiting++;
        if (waiting == BATCH_ROWS) {
            insert.executeBatch();
            waiting = 0;
        }
    }

    private PreparedStatement prepare(TableRows.Item.Head table)
            throws SQLException, DamagedBackupException {
        boolean plain = table.columns().stream().allMatch(column -> column.matches("[a-z_0-9]+"));
        if (!KNOWN.contains(table.table()) || !plain) {
            throw new DamagedBackupException(
                    "the backup has a table that this program does not know: " + table.table());
        }
        return connection.prepareStatement(
                "INSERT INTO "
                        + table.table()
                        + " ("
                        + String.join(", ", table.columns())
                        + ") VALUES ("
                        + String.join(", ", Collections.nCopies(table.columns().size(), "?"))
                        + ")");
    }

    private void flush() throws SQLException {
        if (insert != null) {
            insert.executeBatch();
            insert.close();
            insert = null;
            waiting = 0;
        }
    }

    /** As a job that was removed is, by its retention or by somebody. */
    private void remove(byte[] job) throws SQLException {
        for (String sql :
                List.of(
                        "INSERT INTO purged (end_order, job, number)"
                                + " SELECT end_order, id, number FROM jobs"
                                + " WHERE id = ? AND end_order IS NOT NULL",
                        "DELETE FROM job_labels WHERE job = ?",
                        "DELETE FROM blob_references WHERE job = ?",
                        "DELETE FROM events WHERE job = ?",
                        "DELETE FROM jobs WHERE id = ?")) {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setBytes(1, job);
                statement.executeUpdate();
            }
        }
    }

    private void run(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
