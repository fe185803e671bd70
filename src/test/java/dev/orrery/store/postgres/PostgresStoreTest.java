package dev.orrery.store.postgres;

import dev.orrery.store.StoreContractTest;
import dev.orrery.store.StoreFixture;

/** The contract, kept by PostgreSQL. */
final class PostgresStoreTest extends StoreContractTest {

    @Override
    protected StoreFixture fixture() {
        return PostgresFixture::open;
    }
}
