package dev.orrery.store.postgres;

import dev.orrery.store.SchedulesContractTest;
import dev.orrery.store.StoreFixture;

/** The contract, kept by PostgreSQL. */
final class PostgresSchedulesTest extends SchedulesContractTest {

    @Override
    protected StoreFixture fixture() {
        return PostgresFixture::open;
    }
}
