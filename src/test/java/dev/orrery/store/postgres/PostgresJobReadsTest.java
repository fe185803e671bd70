package dev.orrery.store.postgres;

import dev.orrery.store.JobReadsContractTest;
import dev.orrery.store.StoreFixture;

/** The contract, kept by PostgreSQL. */
final class PostgresJobReadsTest extends JobReadsContractTest {

    @Override
    protected StoreFixture fixture() {
        return PostgresFixture::open;
    }
}
