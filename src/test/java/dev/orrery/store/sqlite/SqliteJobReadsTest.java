package dev.orrery.store.sqlite;

import dev.orrery.store.JobReadsContractTest;
import dev.orrery.store.StoreFixture;

import java.time.Duration;

/** The contract, kept by SQLite. */
final class SqliteJobReadsTest extends JobReadsContractTest {

    @Override
    protected StoreFixture fixture() {
        return (data, clock) -> SqliteStore.open(data, Duration.ofHours(24), clock);
    }
}
