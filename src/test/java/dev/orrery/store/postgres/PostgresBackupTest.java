package dev.orrery.store.postgres;

import dev.orrery.store.Store;
import dev.orrery.store.StoreException;
import dev.orrery.store.backup.BackupContractTest;
import dev.orrery.store.backup.EmptyDatabase;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.InstantSource;

/** Backups of PostgreSQL, back into PostgreSQL. */
final class PostgresBackupTest extends BackupContractTest {

    private final String sourceDatabase = PostgresFixture.freshDatabase();
    private final String targetDatabase = PostgresFixture.freshDatabase();

    @Override
    protected Store source(Path data) throws StoreException {
        return PostgresFixture.open(data, sourceDatabase, InstantSource.system());
    }

    @Override
    protected EmptyDatabase target(Path data) {
        try {
            return PostgresTables.of(PostgresFixture.server().settings(targetDatabase));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    protected Store restored(Path data) throws StoreException {
        return PostgresFixture.open(data, targetDatabase, InstantSource.system());
    }
}
