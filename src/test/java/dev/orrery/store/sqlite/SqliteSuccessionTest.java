package dev.orrery.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.protocol.JobEvent;
import dev.orrery.store.Histories;
import dev.orrery.store.Store;
import dev.orrery.store.StoreException;
import dev.orrery.store.StoreFixture;
import dev.orrery.store.SuccessionContractTest;

import java.time.Duration;
import java.util.List;

/** The contract of refusals, kept by SQLite. */
final class SqliteSuccessionTest extends SuccessionContractTest {

    @Override
    protected StoreFixture fixture() {
        return (data, clock) -> SqliteStore.open(data, Duration.ofHours(24), clock);
    }

    /** The journal takes it and finds it late: it is kept aside, and the next commit refused. */
    @Override
    protected void commitAGap(Store store, long epoch, JobEvent event) throws StoreException {
        store.commit(epoch, List.of(event));
        assertThat(store.jobs().events(event.job(), 0, 10)).hasSize(1);
        JobEvent next = Histories.over(event.job(), event.seq() + 1, event.at(), 1, 0);
        assertConflict(store, epoch, next);
    }
}
