package dev.orrery.store.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orrery.config.Settings;
import dev.orrery.config.SettingsReader;
import dev.orrery.store.Store;
import dev.orrery.store.StoreException;
import dev.orrery.store.sql.Session;
import dev.orrery.store.sqlite.SqliteStore;
import dev.orrery.store.sqlite.SqliteTables;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Backups of SQLite, back into SQLite. */
final class SqliteBackupTest extends BackupContractTest {

    private static final Settings.Storage SETTINGS = SettingsReader.of(Map.of()).storage();

    @Override
    protected Store source(Path data) throws StoreException {
        return SqliteStore.open(data, SETTINGS);
    }

    @Override
    protected EmptyDatabase target(Path data) {
        return new SqliteTables(data, SETTINGS);
    }

    @Override
    protected Store restored(Path data) throws StoreException {
        return source(data);
    }

    @Test
    void everyTable_isInTheBackup(@TempDir Path data) throws Exception {
        TreeSet<String> found = new TreeSet<>();

        try (Store store = source(data);
                Connection connection = store.snapshot();
                Statement statement = connection.createStatement();
                ResultSet tables =
                        statement.executeQuery(
                                "SELECT name FROM sqlite_master WHERE type = 'table'")) {
            while (tables.next()) {
                found.add(tables.getString(1));
            }
        }

        found.removeAll(List.of("schema_version", "journal"));
        assertThat(found)
                .containsExactlyInAnyOrderElementsOf(Table.ALL.stream().map(Table::name).toList());
    }

    @Test
    void rowsOfAnEarlierSchema_areBroughtToThisOne(@TempDir Path directory) throws Exception {
        // given a job that ended under schema 1, which did not count ends
        TableDump dump = new TableDump(directory.resolve("rows"));
        SqliteTables early = new SqliteTables(directory.resolve("early"), SETTINGS);
        early.create("SQLite", 1);
        try (Session filler = early.filler();
                Statement statement = filler.connection().createStatement()) {
            statement.execute(
                    "INSERT INTO jobs VALUES (randomblob(16), 1, 1, 'default', 'a', 'admin', '{}',"
                            + " 1, 10, 4, 1, 0, 0, 1, 'w', 1, 0, 'ok', 7)");
            assertThat(dump.write(filler.connection(), () -> {})).isEqualTo(1);
        }

        // when
        SqliteTables late = new SqliteTables(directory.resolve("late"), SETTINGS);
        late.create("SQLite", 1);
        try (Session filler = late.filler()) {
            new TableLoad(filler.connection()).load(dump);
            filler.connection().commit();
        }
        late.migrate();

        // then
        try (Session filler = late.filler();
                Statement statement = filler.connection().createStatement();
                ResultSet row = statement.executeQuery("SELECT ended_at, end_order FROM jobs")) {
            assertThat(row.next()).isTrue();
            assertThat(row.getLong(1)).isEqualTo(7);
            assertThat(row.getLong(2)).isEqualTo(1);
        }
    }

    @Test
    void mountPoint_isRefusedBeforeAnythingIsDone() {
        InputStream untouched = InputStream.nullInputStream();

        assertThatThrownBy(() -> Restore.restore(untouched, Path.of("/proc"), this::target))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("/proc is a mount point");
        assertThat(Path.of("/proc.restoring")).doesNotExist();
    }

    @Test
    void headOfAnySize_isNotReadIntoMemory(@TempDir Path directory) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (Manifest.Writer manifest = new Manifest.Writer(directory.resolve("manifest"))) {
            new ArchiveWriter(out, manifest).add(Backup.HEAD, new byte[64 * 1024 + 1]);
        }

        assertThatThrownBy(() -> Restore.verify(new ByteArrayInputStream(out.toByteArray())))
                .isInstanceOf(DamagedBackupException.class)
                .hasMessageContaining("too large");
    }

    @Test
    void laterSchema_isRefused(@TempDir Path data) {
        assertThatThrownBy(() -> target(data).create("SQLite", 900))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("newer Orrery");
    }
}
