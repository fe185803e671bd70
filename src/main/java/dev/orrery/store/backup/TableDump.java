package dev.orrery.store.backup;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** All tables of a database as one compressed file of rows. */
final class TableDump {

    static final String NAME = "database.ndjson.gz";

    private static final int BUFFER_BYTES = 64 * 1024;

    /** So many rows of PostgreSQL are in memory at a time. */
    private static final int FETCH_ROWS = 500;

    private final Path file;

    TableDump(Path file) {
        this.file = file;
    }

    /** Who takes rows of a table. */
    @FunctionalInterface
    interface Taker {
        void take(TableRows.Item.Head table, TableRows.Item.Row row) throws IOException;
    }

    /** Who is told now and then that we are still here. */
    @FunctionalInterface
    interface Pulse {
        void beat() throws IOException;
    }

    /** Writes the tables as the connection sees them; how many jobs there are. */
    long write(Connection snapshot, Pulse pulse) throws SQLException, IOException {
        long jobs = 0;
        try (OutputStream out = compressed();
                JsonGenerator json = TableRows.writer(out);
                Statement statement = snapshot.createStatement()) {
            statement.setFetchSize(FETCH_ROWS);
            for (Table table : Table.ALL) {
                if (table.isIn(snapshot)) {
                    long rows = write(json, statement, table, pulse);
                    jobs += table.name().equals(Table.JOBS) ? rows : 0;
                }
            }
        }
        return jobs;
    }

    private static long write(JsonGenerator json, Statement statement, Table table, Pulse pulse)
            throws SQLException, IOException {
        long rows = 0;
        try (ResultSet found = statement.executeQuery(table.select())) {
            ResultSetMetaData shape = found.getMetaData();
            int width = shape.getColumnCount();
            List<String> columns = new ArrayList<>();
            for (int column = 1; column <= width; column++) {
                columns.add(shape.getColumnName(column));
            }
            TableRows.writeHead(json, table.name(), columns);
            while (found.next()) {
                json.writeStartArray();
                for (int column = 1; column <= width; column++) {
                    TableRows.writeValue(json, found.getObject(column));
                }
                json.writeEndArray();
                json.writeRaw('\n');
                rows++;
                if (rows % FETCH_ROWS == 0) {
                    pulse.beat();
                }
            }
        }
        return rows;
    }

    /** Gives each row of one table, in its order. */
    void read(String table, Taker taker) throws IOException {
        readAll((head, row) -> {
            if (head.table().equals(table)) {
                taker.take(head, row);
            }
        });
    }

    /** Gives each row of all tables. */
    void readAll(Taker taker) throws IOException {
        try (Reader reader = new Reader()) {
            for (Optional<Entry> next = reader.next(); next.isPresent(); next = reader.next()) {
                taker.take(next.get().table(), next.get().row());
            }
        }
    }

    /** A row and its table. */
    record Entry(TableRows.Item.Head table, TableRows.Item.Row row) {}

    /** Goes through the rows at the pace of its caller. */
    final class Reader implements AutoCloseable {

        private final InputStream in;
        private final JsonParser json;
        private TableRows.Item.Head table = new TableRows.Item.Head("", List.of());

        Reader() throws IOException {
            in = new GZIPInputStream(Files.newInputStream(file), BUFFER_BYTES);
            json = TableRows.parser(in);
        }

        Optional<Entry> next() throws IOException {
            for (TableRows.Item item = TableRows.next(json);
                    item != null;
                    item = TableRows.next(json)) {
                switch (item) {
                    case TableRows.Item.Head head -> table = head;
                    case TableRows.Item.Row row -> {
                        return Optional.of(new Entry(table, row));
                    }
                }
            }
            return Optional.empty();
        }

        /** The next row of one table, whatever stands in between. */
        Optional<TableRows.Item.Row> next(String wanted) throws IOException {
            Optional<Entry> entry = next();
            while (entry.isPresent() && !entry.get().table().table().equals(wanted)) {
                entry = next();
            }
            return entry.map(Entry::row);
        }

        @Override
        public void close() throws IOException {
            json.close();
            in.close();
        }
    }

    private OutputStream compressed() throws IOException {
        return new FastGzip(Files.newOutputStream(file));
    }

    /** Compression that keeps up with the reading of the tables. */
    private static final class FastGzip extends GZIPOutputStream {
        FastGzip(OutputStream out) throws IOException {
            super(out, BUFFER_BYTES);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }
}
