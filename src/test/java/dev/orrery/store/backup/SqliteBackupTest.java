package dev.orrery.store.backup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.config.SettingsReader;
import dev.orrery.store.Store;
import dev.orrery.store.StoreException;
import dev.orrery.store.sqlite.SqliteStore;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Backups of SQLite, back into SQLite. */
final class SqliteBackupTest extends BackupContractTest {

    @Override
    protected Database source(Path data) {
        return new SqliteDatabase(data, SettingsReader.of(Map.of()).storage());
    }

    @Override
    protected Database target(Path data) {
        return source(data);
    }

    @Override
    protected Store open(Database database, Path data) throws StoreException {
        return SqliteStore.open(data, SettingsReader.of(Map.of()).storage());
    }

    @Test
    void everyTable_isInTheBackup(@TempDir Path data) throws Exception {
        try (Store store = open(source(data), data);
                Connection connection = source(data).snapshot();
                ResultSet tables =
                        connection
                                .createStatement()
                                .executeQuery(
                                        "SELECT name FROM sqlite_master WHERE type = 'table'")) {
            TreeSet<String> found = new TreeSet<>();
            while (tables.next()) {
                found.add(tables.getString(1));
            }
            found.remove("schema_version");

            assertThat(store).isNotNull();
            assertThat(found)
                    .isEqualTo(
                            Table.ALL.stream()
                                    .map(Table::name)
                                    .collect(Collectors.toCollection(TreeSet::new)));
        }
    }
}
