package dev.orrery.store.sqlite;

import dev.orrery.store.LeaderRowContractTest;
import dev.orrery.store.StoreFixture;

import java.time.Duration;

/** The contract of the leader's row, kept by SQLite. */
final class SqliteLeaderRowTest extends LeaderRowContractTest {

    @Override
    protected StoreFixture fixture() {
        return (data, clock) -> SqliteStore.open(data, Duration.ofHours(24), clock);
    }
}
