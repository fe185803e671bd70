package dev.orrery.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.orrery.model.JobId;
import dev.orrery.store.Histories;
import dev.orrery.store.LeaderRow.Holder;
import dev.orrery.store.LeaderRowContractTest;
import dev.orrery.store.Masters;
import dev.orrery.store.Store;
import dev.orrery.store.StoreException;
import dev.orrery.store.StoreException.Kind;
import dev.orrery.store.StoreFixture;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The contract of the leader's row, kept by PostgreSQL between masters that share it. */
final class PostgresLeaderRowTest extends LeaderRowContractTest {

    private static final Holder TWO = new Holder("node-2", "http://127.0.0.1:2");

    /** Ends before the next statement begins. */
    private static final Duration AT_ONCE = Duration.ofMillis(1);

    private final String database = PostgresFixture.freshDatabase();

    @TempDir private Path folder;
    private Store one;
    private Store two;

    @Override
    protected StoreFixture fixture() {
        return PostgresFixture::open;
    }

    @BeforeEach
    void openStores() throws StoreException {
        one = open("one");
        two = open("two");
    }

    @AfterEach
    void closeStores() {
        one.close();
        two.close();
    }

    @Test
    void runningLease_keepsOthersOut() throws StoreException {
        long epoch = one.leaderRow().acquire(ONE, LONG).orElseThrow();

        assertThat(two.leaderRow().acquire(TWO, LONG)).isEmpty();

        assertThat(two.leaderRow().term().epoch()).isEqualTo(epoch);
        assertThat(two.leaderRow().term().holder()).isEqualTo(ONE);
        commit(one, epoch);
    }

    @Test
    void endedLease_isTakenOverAndFencesTheHolder() throws StoreException {
        long first = one.leaderRow().acquire(ONE, AT_ONCE).orElseThrow();
        commit(one, first);

        long second = acquireSoon(two, TWO);

        assertThat(second).isGreaterThan(first);
        assertFenced(() -> commit(one, first));
        assertFenced(() -> {
            one.leaderRow().renew(first, LONG);
            return true;
        });
        JobId job = commit(two, second);
        assertThat(one.jobs().job(job)).isPresent();
        assertThat(two.load().live()).hasSize(2);
    }

    @Test
    void renewedLease_isNotTakenOver() throws StoreException {
        long epoch = one.leaderRow().acquire(ONE, AT_ONCE).orElseThrow();

        one.leaderRow().renew(epoch, LONG);

        assertThat(two.leaderRow().acquire(TWO, LONG)).isEmpty();
    }

    @Test
    void resignation_letsTheNextOneInAtOnce() throws StoreException {
        long epoch = one.leaderRow().acquire(ONE, LONG).orElseThrow();

        one.leaderRow().resign(epoch);

        assertThat(two.leaderRow().acquire(TWO, LONG)).contains(epoch + 1);
    }

    @Test
    void openCommit_delaysNoRenewal() throws Exception {
        long epoch = one.leaderRow().acquire(ONE, LONG).orElseThrow();
        try (Connection commit = openCommit(epoch)) {
            one.leaderRow().renew(epoch, LONG);

            assertThat(one.leaderRow().term().leased()).isTrue();
            commit.rollback();
        }
    }

    @Test
    void frozenHolderInsideACommit_isPassedAndItsCommitNeverLands() throws Exception {
        long first = one.leaderRow().acquire(ONE, AT_ONCE).orElseThrow();
        try (Connection frozen = openCommit(first)) {
            long second = acquireSoon(two, TWO);

            commit(two, second);
            assertThatThrownBy(frozen::commit).isInstanceOf(SQLException.class);
        }
        assertThat(two.load().draining()).isEmpty();
        assertThat(two.leaderRow().term().holder()).isEqualTo(TWO);
    }

    @Test
    void lowerEpochThanSeen_isRefusedUntilTheOperatorAcceptsIt() throws Exception {
        one.leaderRow().acquire(ONE, LONG);
        long epoch = one.leaderRow().acquire(ONE, AT_ONCE).orElseThrow();
        two.leaderRow().term();
        PostgresFixture.server().execute(database, "UPDATE leader SET epoch = 1");

        for (int start = 0; start < 2; start++) {
            assertThatThrownBy(() -> two.leaderRow().acquire(TWO, LONG))
                    .isInstanceOfSatisfying(
                            StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.BROKEN))
                    .hasMessageContaining("lost commits")
                    .hasMessageContaining("epoch.accepted");
            two.close();
            two = open("two");
        }

        Files.move(folder.resolve("two/epoch"), folder.resolve("two/epoch.accepted"));
        two.close();
        two = open("two");
        assertThat(two.leaderRow().acquire(TWO, LONG)).contains(epoch + 1);
        assertThat(folder.resolve("two/epoch")).hasContent((epoch + 1) + "\n");
        assertThat(folder.resolve("two/epoch.accepted")).doesNotExist();
    }

    @Test
    void lowerEpochThanSeen_isRefusedByTheTermWhileAnotherMasterLeads() throws Exception {
        one.leaderRow().acquire(ONE, LONG);
        one.leaderRow().acquire(ONE, LONG);
        two.leaderRow().term();
        PostgresFixture.server().execute(database, "UPDATE leader SET epoch = 1");

        assertThatThrownBy(() -> two.leaderRow().term())
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.BROKEN))
                .hasMessageContaining("lost commits");
        assertThat(folder.resolve("two/epoch")).hasContent("2\n");
    }

    @Test
    void acceptedEpoch_outlastsReadingALowerOne() throws Exception {
        one.leaderRow().acquire(ONE, LONG);
        long epoch = one.leaderRow().acquire(ONE, AT_ONCE).orElseThrow();
        two.leaderRow().term();
        two.close();
        PostgresFixture.server().execute(database, "UPDATE leader SET epoch = 1");
        Files.move(folder.resolve("two/epoch"), folder.resolve("two/epoch.accepted"));
        two = open("two");

        assertThat(two.leaderRow().term().epoch()).isEqualTo(1);

        assertThat(folder.resolve("two/epoch.accepted")).hasContent(epoch + "\n");
        assertThat(acquireSoon(two, TWO)).isEqualTo(epoch + 1);
        assertThat(folder.resolve("two/epoch.accepted")).doesNotExist();
    }

    @Test
    void masterThatIsSilentForLong_isForgotten() throws Exception {
        one.masters().report(new Masters.Master("id-1", "node-1", "http://127.0.0.1:1", 0));

        assertThat(two.masters().forget(LONG)).isEmpty();
        assertThat(two.masters().alive(LONG)).hasSize(1);

        assertThat(two.masters().forget(Duration.ZERO)).containsExactly("id-1");
        assertThat(two.masters().alive(LONG)).isEmpty();
    }

    @Test
    void masterWhoseReadsAreAllSlow_isStillHeardOf() throws Exception {
        Masters.Master master = new Masters.Master("id-1", "node-1", "http://127.0.0.1:1", 0);
        try (Connection holder = PostgresFixture.server().connect(database);
                Statement statement = holder.createStatement();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            holder.setAutoCommit(false);
            statement.execute("LOCK TABLE jobs IN ACCESS EXCLUSIVE MODE");
            JobId job = Histories.jobId(new SplittableRandom(1), Histories.START);
            List<Future<?>> reads = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                reads.add(threads.submit(() -> one.jobs().job(job)));
            }
            await().until(() -> waiting(statement) == 8);

            one.masters().report(master);
            List<Masters.Master> alive = one.masters().alive(LONG);

            assertThat(reads).noneMatch(Future::isDone);
            assertThat(alive).containsExactly(master);
            holder.rollback();
        }
    }

    private static long waiting(Statement statement) throws SQLException {
        try (ResultSet row =
                statement.executeQuery(
                        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                                + " AND datname = current_database()")) {
            row.next();
            return row.getLong(1);
        }
    }

    @Test
    void masters_areAliveForAsLongAsAskedByTheServersClock() throws Exception {
        Masters.Master first = new Masters.Master("id-1", "node-1", "http://127.0.0.1:1", 0);
        Masters.Master second = new Masters.Master("id-2", "node-2", "http://127.0.0.1:2", 4);
        two.masters().report(second);
        one.masters().report(first);
        assertThat(one.masters().alive(LONG)).containsExactly(first, second);

        PostgresFixture.server()
                .execute(
                        database,
                        "UPDATE masters SET seen_at = seen_at - interval '1 hour'"
                                + " WHERE id = 'id-1'");

        assertThat(two.masters().alive(LONG)).containsExactly(second);
    }

    private Store open(String name) throws StoreException {
        return PostgresFixture.open(folder.resolve(name), database, InstantSource.system());
    }

    /** A holder that read the row, wrote something, and then does nothing more. */
    private Connection openCommit(long epoch) throws SQLException {
        Connection connection = PostgresFixture.server().connect(database);
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET application_name = 'orrery-commit'");
            statement.execute("SET idle_in_transaction_session_timeout = '3s'");
            connection.commit();
            statement.execute(
                    "SELECT 1 FROM leader WHERE id = 1 AND epoch = " + epoch + " FOR KEY SHARE");
            statement.execute("INSERT INTO draining (worker) VALUES ('late')");
        }
        return connection;
    }

    /** Candidates try for ever; here the lease ends by itself, or has. */
    private static long acquireSoon(Store store, Holder candidate) throws StoreException {
        Optional<Long> epoch = Optional.empty();
        for (int attempt = 0; attempt < 1_000 && epoch.isEmpty(); attempt++) {
            epoch = store.leaderRow().acquire(candidate, LONG);
        }
        return epoch.orElseThrow();
    }
}
