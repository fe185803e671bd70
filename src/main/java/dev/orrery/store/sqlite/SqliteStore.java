package dev.orrery.store.sqlite;

import dev.orrery.config.Settings;
import dev.orrery.protocol.DurableEvent;
import dev.orrery.protocol.LoadedState;
import dev.orrery.store.JobReads;
import dev.orrery.store.LeaderRow;
import dev.orrery.store.Masters;
import dev.orrery.store.ScheduleReads;
import dev.orrery.store.Store;
import dev.orrery.store.StoreException;
import dev.orrery.store.StoreException.Kind;
import dev.orrery.store.Tokens;
import dev.orrery.store.sql.EventFrames;
import dev.orrery.store.sql.Migrations;
import dev.orrery.store.sql.Session;
import dev.orrery.store.sql.SqlJobReads;
import dev.orrery.store.sql.SqlTokens;
import dev.orrery.store.sql.StateLoader;
import dev.orrery.store.sql.Values;
import dev.orrery.store.sql.schedule.SqlScheduleReads;
import dev.orrery.store.sqlite.file.DataDirectory;
import dev.orrery.store.sqlite.file.WalFile;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * The store in one SQLite file, {@code DIR/store.db}.
 *
 * <p>Journal mode WAL with {@code synchronous=FULL}: a commit returns after its frames were synced.
 * The tables have no foreign keys, because rows are written by this class alone, from events, and
 * each key would cost a look-up on the hot path.
 */
public final class SqliteStore implements Store {

    static final Migrations MIGRATIONS =
            new Migrations(
                    "sqlite", List.of("0001-jobs.sql", "0002-ends.sql", "0003-schedules.sql"));
    private static final Duration FORGET_PAUSE = Duration.ofMinutes(1);

    private final DataDirectory directory;
    private final Writer writer;
    private final ReadPool reads;
    private final EventFrames frames;
    private final Journal journal;
    private final JobReads jobs;
    private final ScheduleReads schedules;
    private final Tokens tokens;
    private final LeaderRow leaderRow;
    private final Masters masters = new SqliteMasters();
    private final Duration idempotencyTtl;
    private final InstantSource clock;

    /** When submissions past their time are removed next. */
    private Instant forgetAt = Instant.EPOCH;

    private SqliteStore(
            DataDirectory directory,
            Writer writer,
            ReadPool reads,
            Journal journal,
            EventFrames frames,
            Duration idempotencyTtl,
            InstantSource clock) {
        this.directory = directory;
        this.writer = writer;
        this.reads = reads;
        this.journal = journal;
        this.frames = frames;
        this.schedules = new SqlScheduleReads(reads, journal);
        this.jobs = new SqlJobReads(reads, journal, frames);
        this.tokens = new SqlTokens(writer, reads);
        this.leaderRow = new SqliteLeaderRow(writer);
        this.idempotencyTtl = idempotencyTtl;
        this.clock = clock;
    }

    /**
     * Opens the store of a data directory and makes it when it is not there.
     *
     * @throws StoreException LOCKED when another process has it open; BROKEN when it is damaged or
     *     newer than this program
     */
    public static SqliteStore open(Path data, Settings.Storage settings) throws StoreException {
        return open(data, settings.idempotencyTtl(), InstantSource.system());
    }

    static SqliteStore open(Path data, Duration idempotencyTtl, InstantSource clock)
            throws StoreException {
        DataDirectory directory = take(data);
        Path file = directory.database();
        SqliteFaults faults = new SqliteFaults(file);
        EventFrames frames = new EventFrames(faults);
        try {
            Writer writer = new Writer(prepare(file, faults), faults);
            Journal journal = new Journal(writer, frames);
            ReadPool reads = new ReadPool(file, faults);
            SqliteStore store =
                    new SqliteStore(
                            directory, writer, reads, journal, frames, idempotencyTtl, clock);
            store.recover();
            return store;
        } catch (StoreException | RuntimeException e) {
            closeQuietly(directory, e);
            throw e;
        }
    }

    @Override
    public void commit(long epoch, List<DurableEvent> events) throws StoreException {
        journal.append(epoch, events);
        forgetSubmissionsWhenDue();
    }

    @Override
    public LoadedState load() throws StoreException {
        journal.end();
        LoadedState loaded =
                writer.transact(
                        session -> new StateLoader(session, frames).load(submissionsSince()));
        journal.loaded();
        return loaded;
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
        return journal.whileEmpty(() -> SqliteSessions.snapshot(directory.database()));
    }

    @Override
    public void close() {
        try (directory;
                writer;
                reads;
                journal) {
            // Closes in reverse order: the journal, the readers, the writer, and last the lock.
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

    /** Makes the empty tables of an earlier version, or of this one, for what was written then. */
    static void create(Path data, int schema) throws StoreException {
        DataDirectory directory = take(data);
        SqliteFaults faults = new SqliteFaults(directory.database());
        try (directory;
                Session session = SqliteSessions.writer(directory.database())) {
            MIGRATIONS.run(session, "the backup", schema, faults);
        } catch (SQLException e) {
            throw faults.of(e);
        } catch (IOException e) {
            throw faults.broken(data + " cannot be closed", e);
        }
    }

    private static Session prepare(Path file, SqliteFaults faults) throws StoreException {
        try {
            Optional<String> damage = new WalFile(file).damage();
            if (damage.isPresent()) {
                throw faults.damaged(damage.get());
            }
            Session session = SqliteSessions.writer(file);
            try {
                Integrity.check(session, file, faults);
                MIGRATIONS.run(session, file.toString(), faults);
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

    private void recover() throws StoreException {
        try {
            journal.recover();
        } catch (StoreException | RuntimeException e) {
            journal.close();
            try {
                writer.close();
            } catch (SQLException closing) {
                e.addSuppressed(closing);
            }
            throw e;
        }
    }

    private long submissionsSince() {
        return Values.ofInstant(clock.instant().minus(idempotencyTtl));
    }

    private void forgetSubmissionsWhenDue() throws StoreException {
        Instant now = clock.instant();
        if (now.isBefore(forgetAt)) {
            return;
        }
        forgetAt = now.plus(FORGET_PAUSE);
        writer.transact(session ->
                session.update("DELETE FROM submissions WHERE at < ?", submissionsSince()));
    }

    private static void closeQuietly(DataDirectory directory, Exception cause) {
        try {
            directory.close();
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }
}
