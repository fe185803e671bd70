package dev.orrery.store.sqlite;

import dev.orrery.protocol.DurableEvent;
import dev.orrery.protocol.LoadedState;
import dev.orrery.store.JobReads;
import dev.orrery.store.Store;
import dev.orrery.store.StoreException;
import dev.orrery.store.StoreException.Kind;
import dev.orrery.store.Tokens;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/**
 * The store in one SQLite file, {@code DIR/store.db}.
 *
 * <p>Journal mode WAL with {@code synchronous=FULL}: a commit returns after its frames were synced.
 * The tables have no foreign keys, because rows are written by this class alone, from events, and
 * each key would cost a look-up on the hot path.
 */
public final class SqliteStore implements Store {

    private final DataDirectory directory;
    private final Writer writer;
    private final ReadPool reads;
    private final EventBodies bodies;
    private final JobReads jobs;
    private final Tokens tokens;
    private final Duration idempotencyTtl;
    private final InstantSource clock;

    /** Grows with each submission; only the thread that commits and leads touches it. */
    private long lastArrival;

    private SqliteStore(
            DataDirectory directory,
            Writer writer,
            ReadPool reads,
            EventBodies bodies,
            Duration idempotencyTtl,
            InstantSource clock) {
        this.directory = directory;
        this.writer = writer;
        this.reads = reads;
        this.bodies = bodies;
        this.jobs = new SqliteJobReads(reads, bodies);
        this.tokens = new SqliteTokens(writer, reads);
        this.idempotencyTtl = idempotencyTtl;
        this.clock = clock;
    }

    static SqliteStore open(
            Path data, Duration idempotencyTtl, EventCodec codec, InstantSource clock)
            throws StoreException {
        DataDirectory directory = take(data);
        Path file = directory.database();
        Faults faults = new Faults(file);
        EventBodies bodies = new EventBodies(codec, faults);
        try {
            Writer writer = new Writer(prepare(file, faults), faults);
            ReadPool reads = new ReadPool(file, faults);
            return new SqliteStore(directory, writer, reads, bodies, idempotencyTtl, clock);
        } catch (StoreException | RuntimeException e) {
            closeQuietly(directory, e);
            throw e;
        }
    }

    @Override
    public long lead(String holder) throws StoreException {
        return writer.transact(
                session -> {
                    PreparedStatement raise =
                            session.prepare(
                                    "UPDATE leader SET epoch = epoch + 1, holder = ? WHERE id = 1");
                    raise.setString(1, holder);
                    raise.executeUpdate();
                    lastArrival = number(session, "SELECT coalesce(max(arrival), 0) FROM jobs");
                    return number(session, "SELECT epoch FROM leader WHERE id = 1");
                });
    }

    @Override
    public void commit(long epoch, List<DurableEvent> events) throws StoreException {
        lastArrival =
                writer.transact(
                        session -> {
                            refuseUnlessLeading(session, epoch);
                            EventBatch batch = new EventBatch(session, bodies, lastArrival);
                            batch.write(events);
                            writer.wrote(batch.bytes());
                            return batch.lastArrival();
                        });
    }

    @Override
    public LoadedState load() throws StoreException {
        long since = Values.ofInstant(clock.instant().minus(idempotencyTtl));
        return writer.transact(
                session -> {
                    PreparedStatement forget =
                            session.prepare("DELETE FROM submissions WHERE at < ?");
                    forget.setLong(1, since);
                    forget.executeUpdate();
                    return new StateLoader(session, bodies).load(since);
                });
    }

    @Override
    public JobReads jobs() {
        return jobs;
    }

    @Override
    public Tokens tokens() {
        return tokens;
    }

    @Override
    public void close() {
        try (directory;
                writer;
                reads) {
            // Closes in reverse order: the readers, the writer, and then the lock goes.
        } catch (SQLException | IOException e) {
            throw new IllegalStateException("the store cannot be closed in order", e);
        }
    }

    private static DataDirectory take(Path data) throws StoreException {
        try {
            return DataDirectory.open(data);
        } catch (IOException e) {
            throw new StoreException(
                    Kind.BROKEN, "the data directory cannot be used: " + data + ": " + e, e);
        }
    }

    private static Session prepare(Path file, Faults faults) throws StoreException {
        try {
            Session session = Session.writer(file);
            try {
                Integrity.check(session, file, faults);
                Migrations.run(session, file, faults);
                return session;
            } catch (SQLException | StoreException | IOException | RuntimeException e) {
                session.close();
                throw e;
            }
        } catch (SQLException e) {
            throw faults.of(e);
        } catch (IOException e) {
            throw faults.broken(file + " cannot be read", e);
        }
    }

    private static void refuseUnlessLeading(Session session, long epoch)
            throws SQLException, StoreException {
        PreparedStatement check =
                session.prepare("SELECT 1 FROM leader WHERE id = 1 AND epoch = ?");
        check.setLong(1, epoch);
        try (ResultSet row = check.executeQuery()) {
            if (!row.next()) {
                throw new StoreException(
                        Kind.FENCED, "epoch " + epoch + " does not lead any more");
            }
        }
    }

    private static long number(Session session, String sql) throws SQLException {
        try (ResultSet row = session.prepare(sql).executeQuery()) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    private static void closeQuietly(DataDirectory directory, Exception cause) {
        try {
            directory.close();
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }
}
