package dev.orrery.store.sqlite;

import dev.orrery.store.LeaderRow;
import dev.orrery.store.StoreException;
import dev.orrery.store.StoreException.Kind;

import java.time.Duration;
import java.util.Optional;

/**
 * The leader of a data directory, which one process has open at a time: its lock is the lease, and
 * the epoch fences what an earlier process left under way.
 */
final class SqliteLeaderRow implements LeaderRow {

    private static final String EPOCH = "SELECT epoch FROM leader WHERE id = 1";

    private final Writer writer;
    private volatile Term term = new Term(0, new Holder("", ""), false);

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
        term = new Term(epoch, candidate, true);
        return Optional.of(epoch);
    }

    @Override
    public void renew(long epoch, Duration ttl) throws StoreException {
        Term now = term;
        if (now.epoch() != epoch) {
            throw new StoreException(Kind.FENCED, "epoch " + now.epoch() + " leads, not " + epoch);
        }
    }

    @Override
    public void resign(long epoch) {
        Term now = term;
        if (now.epoch() == epoch) {
            term = new Term(epoch, now.holder(), false);
        }
    }

    @Override
    public Term term() {
        return term;
    }
}
