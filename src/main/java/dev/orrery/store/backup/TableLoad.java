package dev.orrery.store.backup;

import dev.orrery.model.JobId;
import dev.orrery.protocol.LoadedState;
import dev.orrery.store.sql.Session;
import dev.orrery.store.sql.Values;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** Puts the rows of a backup into empty tables, in the transaction of its caller. */
final class TableLoad {

    /**
     * How far the epoch is raised above that of the backup: beyond any that a worker can have seen
     * since, because a worker takes no command of an older one.
     */
    static final long EPOCH_LEAP = 1_000_000;

    private static final int BATCH_ROWS = 500;

    private static final String LAST_END =
            "SELECT max(end_order) FROM (SELECT max(end_order) AS end_order FROM jobs"
                    + " UNION ALL SELECT max(end_order) FROM purged) AS ends";

    private final Connection connection;
    private String filling = "";
    private int waiting;
    private @Nullable PreparedStatement insert;

    TableLoad(Connection connection) {
        this.connection = connection;
    }

    void load(TableDump dump) throws IOException, SQLException {
        try (TableDump.Reader rows = dump.new Reader()) {
            for (var entry = rows.next(); entry.isPresent(); entry = rows.next()) {
                add(entry.get());
            }
        }
        flush();
    }

    private void add(TableDump.Entry entry) throws IOException, SQLException {
        TableRows.Item.Head table = entry.table();
        if (table.table().equals(Table.LEADER)) {
            raiseEpoch(entry.row().number(0));
            return;
        }
        if (!table.table().equals(filling)) {
            flush();
            filling = table.table();
            insert = prepare(table);
        }
        if (insert == null) {
            return;
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

    /** What fills the table; nothing where this engine has none, as of misfits. */
    private @Nullable PreparedStatement prepare(TableRows.Item.Head table)
            throws SQLException, DamagedBackupException {
        boolean plain = table.columns().stream().allMatch(column -> column.matches("[a-z_0-9]+"));
        Optional<Table> known =
                Table.ALL.stream().filter(it -> it.name().equals(table.table())).findFirst();
        if (known.isEmpty() || !plain) {
            throw new DamagedBackupException(
                    "the backup has a table that this program does not know: " + table.table());
        }
        if (!known.get().isIn(connection)) {
            return null;
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

    /** The row is there from the first script on. */
    private void raiseEpoch(long epoch) throws SQLException {
        try (PreparedStatement raise =
                connection.prepareStatement("UPDATE leader SET epoch = ? WHERE id = 1")) {
            raise.setLong(1, epoch + EPOCH_LEAP);
            raise.executeUpdate();
        }
    }

    private void flush() throws SQLException {
        if (insert != null) {
            insert.executeBatch();
            insert.close();
            insert = null;
            waiting = 0;
        }
    }

    /** Removes jobs that were removed while the backup was taken, from tables of now. */
    static void purge(Session session, List<String> removed) throws SQLException {
        long lastEnd = session.number(LAST_END);
        for (int from = 0; from < removed.size(); from += BATCH_ROWS) {
            List<JobId> part =
                    removed.subList(from, Math.min(from + BATCH_ROWS, removed.size())).stream()
                            .map(id -> Values.toJob(HexFormat.of().parseHex(id)))
                            .toList();
            session.dialect().purge(session, part, lastEnd - LoadedState.ENDED_MAX);
        }
    }
}
