package dev.orrery.store.postgres;

import dev.orrery.config.Settings;
import dev.orrery.protocol.DurableEvent;
import dev.orrery.protocol.LoadedState;
import dev.orrery.store.Copies;
import dev.orrery.store.DirectoryLock;
import dev.orrery.store.JobReads;
import dev.orrery.store.LeaderRow;
import dev.orrery.store.Masters;
import dev.orrery.store.ScheduleReads;
import dev.orrery.store.Store;
import dev.orrery.store.StoreException;
import dev.orrery.store.StoreException.Kind;
import dev.orrery.store.Tokens;
import dev.orrery.store.replica.SqlCopies;
import dev.orrery.store.sql.EventFrames;
import dev.orrery.store.sql.Migrations;
import dev.orrery.store.sql.Session;
import dev.orrery.store.sql.SqlJobReads;
import dev.orrery.store.sql.SqlTokens;
import dev.orrery.store.sql.StateLoader;
import dev.orrery.store.sql.Values;
import dev.orrery.store.sql.schedule.SqlScheduleReads;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The store in a PostgreSQL that several masters share; see ADR 0015.
 *
 * <p>A commit writes events and rows of jobs in one transaction, because any master reads them at
 * once. A server that was away is connected to again by the next call.
 */
public final class PostgresStore implements Store {

    static final Migrations MIGRATIONS =
            new Migrations(
                    "postgresql",
                    List.of("0001-jobs.sql", "0002-copies.sql", "0003-schedules.sql"));

    /** Anything, so that masters that start together make the tables one after another. */
    private static final String ONE_MASTER = "SELECT pg_advisory_lock(7318349394477056)";

    private static final String OTHERS = "SELECT pg_advisory_unlock(7318349394477056)";

    private static final Duration FORGET_PAUSE = Duration.ofMinutes(1);

    private final DirectoryLock directory;
    private final Connector connector;
    private final PostgresFaults faults;
    private final PostgresSessions sessions;
    private final EventFrames frames;
    private final Commits commits;
    private final JobReads jobs;
    private final ScheduleReads schedules;
    private final Tokens tokens;
    private final PostgresLeaderRow leaderRow;
    private final PostgresMasters masters;
    private final Copies copies;
    private final Duration idempotencyTtl;
    private final InstantSource clock;

    /** When submissions past their time are removed next. */
    private Instant forgetAt = Instant.EPOCH;

    private PostgresStore(
            DirectoryLock directory,
            EpochFile seen,
            Connector connector,
            Duration idempotencyTtl,
            InstantSource clock) {
        this.faults = new PostgresFaults(connector.name());
        this.directory = directory;
        this.connector = connector;
        this.sessions = new PostgresSessions(connector, faults);
        this.frames = new EventFrames(faults);
        this.commits = new Commits(connector, faults);
        this.schedules = new SqlScheduleReads(sessions, SqlJobReads.Lag.NONE);
        this.jobs = new SqlJobReads(sessions, SqlJobReads.Lag.NONE, frames);
        this.tokens = new SqlTokens(sessions, sessions);
        this.leaderRow =
                new PostgresLeaderRow(
                        new LeaseConnection(connector, faults), seen, connector.name());
        this.masters = new PostgresMasters(new LeaseConnection(connector, faults));
        this.copies = new SqlCopies(sessions, sessions);
        this.idempotencyTtl = idempotencyTtl;
        this.clock = clock;
    }

    /**
     * Connects to the database and makes its tables when they are not there.
     *
     * @param data the master's directory, which it takes for itself
     * @throws StoreException UNAVAILABLE when there is no answer; BROKEN when it is newer than this
     *     program; LOCKED when another process has the directory
     */
    public static PostgresStore open(
            Path data, Settings.Database database, Duration idempotencyTtl, InstantSource clock)
            throws StoreException {
        DirectoryLock directory = take(data);
        try {
            Connector connector = Connector.of(database);
            prepare(connector);
            return new PostgresStore(
                    directory,
                    EpochFile.in(directory.directory()),
                    connector,
                    idempotencyTtl,
                    clock);
        } catch (StoreException | RuntimeException e) {
            closeQuietly(directory, e);
            throw e;
        } catch (IOException e) {
            closeQuietly(directory, e);
            throw new StoreException(Kind.BROKEN, "cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public void commit(long epoch, List<DurableEvent> events) throws StoreException {
        commits.commit(epoch, events, forgetting());
    }

    /** Who begins an epoch has waited for what earlier ones left under way; see the ADR. */
    @Override
    public LoadedState load() throws StoreException {
        try (Session session = connector.open(Connector.Use.LOAD)) {
            session.begin();
            session.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
            LoadedState state = new StateLoader(session, frames).load(submissionsSince());
            session.commit();
            return state;
        } catch (SQLException e) {
            throw faults.of(e);
        }
    }

    @Override
    public LeaderRow leaderRow() {
        return leaderRow;
    }

    @Override
    public Masters masters() {
        return masters;
    }

    @Override
    public Optional<Copies> copies() {
        return Optional.of(copies);
    }

    @Override
    public JobReads jobs() {
        return jobs;
    }

    @Override
    public ScheduleReads schedules() {
        return schedules;
    }

    @Override
    public Tokens tokens() {
        return tokens;
    }

    @Override
    public Connection snapshot() throws StoreException {
        try {
            return connector.snapshot();
        } catch (SQLException e) {
            throw faults.of(e);
        }
    }

    @Override
    public void close() {
        try (directory;
                sessions;
                masters;
                leaderRow;
                commits) {
            // Closes in reverse order, each whatever becomes of the others; last the lock.
        } catch (IOException e) {
            throw new IllegalStateException("the store cannot be closed in order", e);
        }
    }

    private static DirectoryLock take(Path data) throws StoreException {
        try {
            return DirectoryLock.take(data);
        } catch (IOException e) {
            throw new StoreException(
                    Kind.BROKEN, "the data directory cannot be used: " + data + ": " + e, e);
        }
    }

    static void prepare(Connector connector) throws StoreException {
        PostgresFaults faults = new PostgresFaults(connector.name());
        try (Session session = connector.open(Connector.Use.MIGRATE)) {
            ServerCheck.check(session, connector.name(), faults);
            session.select(ONE_MASTER, List.of(), row -> true);
            MIGRATIONS.run(session, connector.name(), faults);
            session.select(OTHERS, List.of(), row -> true);
        } catch (SQLException e) {
            throw faults.of(e);
        }
    }

    private Optional<LongSupplier> forgetting() {
        Instant now = clock.instant();
        if (now.isBefore(forgetAt)) {
            return Optional.empty();
        }
        forgetAt = now.plus(FORGET_PAUSE);
        return Optional.of(this::submissionsSince);
    }

    private long submissionsSince() {
        return Values.ofInstant(clock.instant().minus(idempotencyTtl));
    }

    private static void closeQuietly(DirectoryLock directory, Exception cause) {
        try {
            directory.close();
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }
}
