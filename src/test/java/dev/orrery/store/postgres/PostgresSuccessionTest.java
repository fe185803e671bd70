package dev.orrery.store.postgres;

import dev.orrery.protocol.JobEvent;
import dev.orrery.store.Store;
import dev.orrery.store.StoreFixture;
import dev.orrery.store.SuccessionContractTest;

/** The contract of refusals, kept by PostgreSQL. */
final class PostgresSuccessionTest extends SuccessionContractTest {

    @Override
    protected StoreFixture fixture() {
        return PostgresFixture::open;
    }

    /** The tables are written in the commit, so nothing is found late. */
    @Override
    protected void commitAGap(Store store, long epoch, JobEvent event) {
        assertConflict(store, epoch, event);
    }
}
