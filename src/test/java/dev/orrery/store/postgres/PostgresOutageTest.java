package dev.orrery.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orrery.model.JobId;
import dev.orrery.protocol.DurableEvent;
import dev.orrery.protocol.JobEvent;
import dev.orrery.store.Histories;
import dev.orrery.store.LeaderRow.Holder;
import dev.orrery.store.Leads;
import dev.orrery.store.StoreException;
import dev.orrery.store.StoreException.Kind;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** What the store says while its server is away, and what is there when it is back. */
final class PostgresOutageTest {

    private static final Duration LONG = Duration.ofMinutes(5);
    private static final Holder HOLDER = new Holder("node-1", "http://127.0.0.1:1");

    /** Few enough to take them all. */
    private static final List<String> OPTIONS =
            List.of(
                    "max_connections=12",
                    "superuser_reserved_connections=0",
                    "max_wal_senders=0",
                    "synchronous_commit=off");

    private final SplittableRandom random = new SplittableRandom(3);

    @TempDir private Path folder;
    private PostgresServer server;
    private PostgresStore store;
    private long number;

    @BeforeEach
    void startServer() throws Exception {
        server = PostgresServer.start(folder.resolve("server"), freePort(), OPTIONS);
        server.createDatabase("orrery");
        store = open();
    }

    @AfterEach
    void stopServer() throws IOException {
        store.close();
        server.close();
    }

    @Test
    void serverThatIsNotThere_isNamedByItsSetting() throws Exception {
        store.close();
        server.stop();

        assertUnavailable(this::open);
        assertThatThrownBy(this::open)
                .hasMessageContaining("storage.url")
                .hasMessageContaining(server.url("orrery"));

        server.start();
        store = open();
    }

    @Test
    void restartedServer_isConnectedToAgain() throws Exception {
        long epoch = store.leaderRow().acquire(HOLDER, LONG).orElseThrow();
        JobId before = commit(epoch);

        server.restart();

        store.leaderRow().renew(epoch, LONG);
        JobId after = commit(epoch);
        assertThat(store.jobs().job(before)).isPresent();
        assertThat(store.jobs().job(after)).isPresent();
    }

    @Test
    void stoppedServer_isUnavailableToEveryCallUntilItIsBack() throws Exception {
        long epoch = store.leaderRow().acquire(HOLDER, LONG).orElseThrow();
        commit(epoch);
        server.stop();

        assertUnavailable(() -> commit(epoch));
        assertUnavailable(() -> store.load());
        assertUnavailable(() -> store.leaderRow().renew(epoch, LONG));
        assertUnavailable(() -> store.leaderRow().acquire(HOLDER, LONG));
        assertUnavailable(() -> store.masters().alive(LONG));
        assertUnavailable(() -> store.tokens().list());

        server.start();
        commit(store.leaderRow().acquire(HOLDER, LONG).orElseThrow());
        assertThat(store.load().live()).hasSize(2);
    }

    @Test
    void frozenServer_isNoticedByTheLeadersRow() throws Exception {
        long epoch = store.leaderRow().acquire(HOLDER, LONG).orElseThrow();
        server.pause();
        try {
            assertUnavailable(() -> store.leaderRow().renew(epoch, LONG));
        } finally {
            server.resume();
        }

        store.leaderRow().renew(epoch, LONG);
    }

    @Test
    void serverKilledUnderCommits_keepsWhatWasAcknowledgedAndNoHalfBatch() throws Exception {
        for (int round = 0; round < 3; round++) {
            long epoch = Leads.lead(store, "node-1");
            List<List<JobId>> acknowledged = new ArrayList<>();
            List<List<JobId>> unknown = new ArrayList<>();
            CountDownLatch underWay = new CountDownLatch(20);
            try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
                Future<?> leader =
                        thread.submit(() -> {
                            while (unknown.isEmpty()) {
                                List<DurableEvent> batch = batch(50);
                                try {
                                    store.commit(epoch, batch);
                                    acknowledged.add(jobs(batch));
                                } catch (StoreException e) {
                                    assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE);
                                    unknown.add(jobs(batch));
                                }
                                underWay.countDown();
                            }
                            return true;
                        });
                underWay.await();
                server.kill();
                leader.get();
            }
            server.start();

            for (List<JobId> batch : acknowledged) {
                assertThat(present(batch)).isEqualTo(batch.size());
            }
            assertThat(present(unknown.getFirst())).isIn(0L, 50L);
        }
    }

    @Test
    void exhaustedConnections_refuseUntilOneIsFree() throws Exception {
        store.close();
        store = open();
        long epoch = store.leaderRow().acquire(HOLDER, LONG).orElseThrow();
        List<Connection> others = takeAllConnections();

        assertUnavailable(() -> commit(epoch));

        for (Connection other : others) {
            other.close();
        }
        commit(epoch);
        assertThat(store.load().live()).hasSize(1);
    }

    @Test
    void lockedRow_refusesTheCommitAndLeavesNothingOfIt() throws Exception {
        long epoch = store.leaderRow().acquire(HOLDER, LONG).orElseThrow();
        try (Connection other = server.connect("orrery");
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("SELECT 1 FROM leader FOR UPDATE");

            assertUnavailable(() -> commit(epoch));

            other.rollback();
        }
        assertThat(store.load().live()).isEmpty();
        commit(epoch);
    }

    @Test
    void frozenBackendOfTheHolder_isWaitedForAndItsCommitNeverLands() throws Exception {
        long first = store.leaderRow().acquire(HOLDER, LONG).orElseThrow();
        try (Connection holder = server.connect("orrery");
                Statement statement = holder.createStatement()) {
            statement.execute("SET application_name = 'orrery-commit'");
            holder.setAutoCommit(false);
            long pid = backend(statement);
            statement.execute("SELECT 1 FROM leader WHERE id = 1 FOR KEY SHARE");
            statement.execute("INSERT INTO draining (worker) VALUES ('late')");
            server.signalBackend("STOP", pid);

            assertUnavailable(() -> store.leaderRow().acquire(HOLDER, LONG));

            server.signalBackend("CONT", pid);
            assertThat(store.leaderRow().acquire(HOLDER, LONG)).contains(first + 1);
            assertThatThrownBy(holder::commit).isInstanceOf(SQLException.class);
        }
        assertThat(store.load().draining()).isEmpty();
    }

    @Test
    void carelessServer_isToldToWaitForItsDisk() throws Exception {
        Connector connector = Connector.of(server.settings("orrery"));

        for (Connector.Use use : Connector.Use.values()) {
            try (var session = connector.open(use)) {
                assertThat(
                                session.select(
                                        "SELECT current_setting('synchronous_commit')",
                                        List.of(),
                                        row -> row.getString(1)))
                        .containsExactly("on");
            }
        }
    }

    private PostgresStore open() throws StoreException {
        return PostgresStore.open(
                folder.resolve("data"),
                server.settings("orrery"),
                Duration.ofDays(1),
                InstantSource.system());
    }

    private JobId commit(long epoch) throws StoreException {
        List<DurableEvent> batch = batch(1);
        store.commit(epoch, batch);
        return jobs(batch).getFirst();
    }

    private List<DurableEvent> batch(int size) {
        List<DurableEvent> events = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            number++;
            events.add(
                    Histories.submitted(
                            Histories.jobId(random, Histories.START),
                            Histories.START,
                            Histories.spec("default", "job", Map.of("team", "a"), List.of()),
                            number));
        }
        return events;
    }

    private static List<JobId> jobs(List<DurableEvent> batch) {
        return batch.stream().map(event -> ((JobEvent) event).job()).toList();
    }

    private long present(List<JobId> batch) throws StoreException {
        long present = 0;
        for (JobId job : batch) {
            present += store.jobs().job(job).isPresent() ? 1 : 0;
        }
        return present;
    }

    /** Those that are there end when their pool's patience does; we take what is free. */
    private List<Connection> takeAllConnections() {
        List<Connection> taken = new ArrayList<>();
        try {
            while (true) {
                taken.add(server.connect("orrery"));
            }
        } catch (SQLException none) {
            assertThat(none.getSQLState()).isEqualTo("53300");
            return taken;
        }
    }

    private static long backend(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("SELECT pg_backend_pid()")) {
            row.next();
            return row.getLong(1);
        }
    }

    private static void assertUnavailable(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StoreException.class,
                        e -> assertThat(e.kind()).as(e.toString()).isEqualTo(Kind.UNAVAILABLE));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
