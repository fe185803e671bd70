package dev.orrery.store.sqlite;

import dev.orrery.store.SchedulesContractTest;
import dev.orrery.store.StoreFixture;

import java.time.Duration;

/** The contract, kept by SQLite. */
final class SqliteSchedulesTest extends SchedulesContractTest {

    @Override
    protected StoreFixture fixture() {
        return (data, clock) -> SqliteStore.open(data, Duration.ofHours(24), clock);
    }
}
