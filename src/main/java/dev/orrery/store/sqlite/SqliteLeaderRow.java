package dev.orrery.store.sqlite;

import dev.orrery.store.LeaderRow;
import dev.orrery.store.StoreException;
import dev.orrery.store.StoreException.Kind;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The leader of a data directory, which one process has open at a time: its lock is the lease, and
 * the epoch fences what an earlier process left under way.
 */
final class SqliteLeaderRow implements LeaderRow {

    private static final String EPOCH = "SELECT epoch FROM leader WHERE id = 1";

    private final Writer writer;
    private final AtomicReference<Term> term =
            new AtomicReference<>(new Term(0, new Holder("", ""), false));

    SqliteLeaderRow(Writer writer) {
        this.writer = writer;
    }

    @Override
    public Optional<Long> acquire(Holder candidate, Duration ttl) throws StoreException {
        long epoch =
                writer.transact(session -> {
                    session.update(
                            "UPDATE leader SET epoch = epoch + 1, holder = ? WHERE id = 1",
                            candidate.node());
                    return session.number(EPOCH);
                });
        // Those who acquired one after the other may come here in another order.
        term.accumulateAndGet(
                new Term(epoch, candidate, true), (a, b) -> a.epoch() > b.epoch() ? a : b);
        return Optional.of(epoch);
    }

    @Override
    public void renew(long epoch, Duration ttl) throws StoreException {
        Term now = term.get();
        if (now.epoch() != epoch) {
            throw new StoreException(Kind.FENCED, "epoch " + now.epoch() + " leads, not " + epoch);
        }
    }

    @Override
    public void resign(long epoch) {
        term.updateAndGet(now -> now.epoch() == epoch ? new Term(epoch, now.holder(), false) : now);
    }

    @Override
    public Term term() {
        return term.get();
    }
}
