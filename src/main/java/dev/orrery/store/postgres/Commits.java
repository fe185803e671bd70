package dev.orrery.store.postgres;

import dev.orrery.protocol.DurableEvent;
import dev.orrery.protocol.JobEvent;
import dev.orrery.store.StoreException;
import dev.orrery.store.StoreException.Kind;
import dev.orrery.store.sql.BatchOrder;
import dev.orrery.store.sql.Framed;
import dev.orrery.store.sql.Projection;
import dev.orrery.store.sql.Session;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The leader's transactions, one after another on one connection.
 *
 * <p>Each holds the leader's row FOR KEY SHARE until it ends, so an epoch that was read is the
 * current one until the commit. It is tried again only where the server says that it undid it; when
 * the connection is lost on the way, whoever asked must not believe anything.
 */
final class Commits implements AutoCloseable {

    private static final int TRIES_MAX = 3;

    private static final String FENCE =
            "SELECT 1 FROM leader WHERE id = 1 AND epoch = ? FOR KEY SHARE";
    private static final String FORGET = "DELETE FROM submissions WHERE at < ?";

    private final LastingSession lasting;
    private final PostgresFaults faults;

    /** Whether the last transaction came as far as its COMMIT. */
    private boolean sent;

    /** How far the tables were after the last commit, unless somebody else may have gone on. */
    private Optional<Reached> reached = Optional.empty();

    Commits(Connector connector, PostgresFaults faults) {
        this.lasting = new LastingSession(connector, Connector.Use.COMMIT);
        this.faults = faults;
    }

    /** Writes a batch in one transaction, and forgets submissions before a time when it is due. */
    void commit(long epoch, List<DurableEvent> events, Optional<LongSupplier> forgetBefore)
            throws StoreException {
        Batch batch = new Batch(epoch, events, Framed.of(events), forgetBefore);
        try (LastingSession.Turn _ = lasting.turn()) {
            for (int attempt = 1; ; attempt++) {
                boolean reused = lasting.isOpen();
                try {
                    write(batch);
                    return;
                } catch (SQLException e) {
                    boolean stale = reused && !sent && PostgresFaults.isLost(e);
                    if (attempt == TRIES_MAX || !(stale || PostgresFaults.isUndone(e))) {
                        throw faults.of(e);
                    }
                }
            }
        }
    }

    private void write(Batch batch) throws SQLException, StoreException {
        sent = false;
        Session session = lasting.get();
        Optional<Reached> before = reached.filter(it -> it.epoch() == batch.epoch());
        reached = Optional.empty();
        try {
            session.begin();
            refuseUnlessLeading(session, batch.epoch());
            BatchOrder.check(batch.events(), Commits::mayFollow);
            Projection.Reach reach =
                    before.isPresent() ? before.get().reach() : Projection.Reach.read(session);
            Projection projection = new Projection(session, reach);
            projection.write(batch.framed());
            if (batch.forgetBefore().isPresent()) {
                session.update(FORGET, batch.forgetBefore().get().getAsLong());
            }
            session.connection().clearWarnings();
            sent = true;
            session.commit();
            refuseUnlessReplicated(session);
            reached = Optional.of(new Reached(batch.epoch(), projection.reach()));
        } catch (SQLException e) {
            if (PostgresFaults.isUndone(e)) {
                session.rollback(e);
            } else {
                lasting.lose(e);
            }
            throw e;
        } catch (StoreException | RuntimeException e) {
            session.rollback(e);
            throw e;
        }
    }

    /** Of the first event of a job the tables say the rest, where it is written. */
    private static boolean mayFollow(JobEvent event) {
        return !(event.change() instanceof JobEvent.Submitted) || event.seq() == 1;
    }

    private static void refuseUnlessLeading(Session session, long epoch)
            throws SQLException, StoreException {
        PreparedStatement fence = session.bind(FENCE, epoch);
        try (ResultSet row = fence.executeQuery()) {
            if (!row.next()) {
                throw new StoreException(Kind.FENCED, "epoch " + epoch + " does not lead any more");
            }
        }
    }

    /**
     * A commit that waits for a synchronous standby in vain is there, and the server says in a
     * warning only that the standby may not have it.
     */
    private void refuseUnlessReplicated(Session session) throws SQLException, StoreException {
        SQLWarning warning = session.connection().getWarnings();
        if (warning != null) {
            throw faults.unavailable("the commit ended with: " + warning.getMessage(), warning);
        }
    }

    @Override
    public void close() {
        lasting.close();
    }

    /** What one transaction writes. */
    private record Batch(
            long epoch,
            List<DurableEvent> events,
            List<Framed> framed,
            Optional<LongSupplier> forgetBefore) {}

    /** The tables after a commit of an epoch. */
    private record Reached(long epoch, Projection.Reach reach) {}
}
