package dev.orrery.store.sqlite;

import dev.orrery.store.StoreFixture;
import dev.orrery.store.SuccessionContractTest;

import java.time.Duration;

/** The contract of refusals, kept by SQLite. */
final class SqliteSuccessionTest extends SuccessionContractTest {

    @Override
    protected StoreFixture fixture() {
        return (data, clock) -> SqliteStore.open(data, Duration.ofHours(24), clock);
    }
}
