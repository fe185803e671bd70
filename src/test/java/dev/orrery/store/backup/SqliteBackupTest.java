package dev.orrery.store.backup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.config.Settings;
import dev.orrery.config.SettingsReader;
import dev.orrery.store.Store;
import dev.orrery.store.StoreException;
import dev.orrery.store.sqlite.SqliteStore;
import dev.orrery.store.sqlite.SqliteTables;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
}
