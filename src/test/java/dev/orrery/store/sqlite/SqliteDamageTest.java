package dev.orrery.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orrery.model.JobId;
import dev.orrery.model.TaskRange;
import dev.orrery.model.TaskStatus;
import dev.orrery.protocol.DurableEvent;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.LoadedState;
import dev.orrery.store.Histories;
import dev.orrery.store.Leads;
import dev.orrery.store.StoreException;
import dev.orrery.store.StoreException.Kind;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** A store whose file is damaged, too new or taken: it refuses, and says what and how to go on. */
final class SqliteDamageTest {

    private static final int JOBS = 500;

    private final SplittableRandom random = new SplittableRandom(3);

    @TempDir private Path data;
    private Path file;
    private final List<JobId> jobs = new ArrayList<>();

    @BeforeEach
    void makeStore() throws StoreException {
        file = data.resolve("store.db");
        try (SqliteStore store = open()) {
            List<DurableEvent> events = new ArrayList<>();
            for (int number = 1; number <= JOBS; number++) {
                JobId job = Histories.jobId(random, Histories.START);
                jobs.add(job);
                events.add(
                        Histories.submitted(
                                job,
                                Histories.START,
                                Histories.spec("default", "a job", Map.of(), List.of()),
                                number));
            }
            store.commit(Leads.lead(store, "test"), events);
            store.load();
        }
    }

    @Test
    void overwrittenPages_areFoundAtOpen() throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            byte[] noise = new byte[3 * 4_096];
            random.nextBytes(noise);
            bytes.seek(bytes.length() / 2);
            bytes.write(noise);
        }

        assertBroken(this::open, "damaged", "restore");
    }

    @Test
    void cutFile_isFoundAtOpen() throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.setLength(bytes.length() / 2);
        }

        assertBroken(this::open, "damaged", "restore");
    }

    @Test
    void foreignFile_isFoundAtOpen() throws IOException {
        Files.writeString(file, "this is no database ".repeat(1_000));

        assertBroken(this::open, "damaged", "restore");
    }

    @Test
    void flippedBitOfAnEvent_isFoundWhenItIsRead() throws Exception {
        // The last byte of a run belongs to its last event, whatever else the file's pages say.
        execute(
                "UPDATE events SET run = CAST(substr(run, 1, length(run) - 1) || x'5a' AS BLOB)"
                        + " WHERE job = (SELECT id FROM jobs WHERE number = 7)");

        try (SqliteStore store = open()) {
            assertBroken(store::load, "damaged", "checksum");
            assertBroken(
                    () -> store.commit(Leads.lead(store, "test"), List.of()),
                    "damaged",
                    "checksum");
        }
    }

    @Test
    void newerSchema_isRefused() throws Exception {
        execute("INSERT INTO schema_version (version) VALUES (999)");

        assertBroken(this::open, "newer Orrery", "999");
    }

    @Test
    void olderSchema_isBroughtUpAndKnowsTheOrderOfEnds() throws Exception {
        try (SqliteStore store = open()) {
            store.commit(Leads.lead(store, "test"), List.of(cancelled(9), cancelled(3)));
            store.load();
        }
        for (String change :
                List.of(
                        "DROP INDEX jobs_end",
                        "ALTER TABLE jobs DROP COLUMN end_order",
                        "DROP TABLE purged",
                        "DROP TABLE misfits",
                        "DROP TABLE schedules",
                        "DROP TABLE deleted_schedules",
                        "DELETE FROM schema_version WHERE version >= 2")) {
            change(change);
        }

        try (SqliteStore store = open()) {
            assertThat(store.load().ended())
                    .extracting(LoadedState.EndedJob::number)
                    .containsExactly(9L, 3L);
        }
    }

    private JobEvent cancelled(int number) {
        JobId job = jobs.get(number - 1);
        return new JobEvent(
                job,
                2,
                Histories.START.plusSeconds(number == 9 ? 1 : 2),
                TaskStatus.CANCELLED,
                new JobEvent.Ended(TaskRange.single(job), TaskStatus.CANCELLED, "cancelled"));
    }

    @Test
    void secondOpener_isToldThatTheDirectoryIsTaken() throws StoreException {
        try (SqliteStore first = open()) {
            assertThatThrownBy(this::open)
                    .isInstanceOfSatisfying(
                            StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.LOCKED))
                    .hasMessageContaining(data.toString());
            assertThat(Leads.lead(first, "still")).isPositive();
        }
        open().close();
    }

    @Test
    void files_belongToTheirOwnerAlone() throws Exception {
        try (SqliteStore store = open();
                Stream<Path> files = Files.walk(data)) {
            Leads.lead(store, "test");
            for (Path path : files.toList()) {
                String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
                boolean unpacked =
                        path.startsWith(data.resolve("native")) && !Files.isDirectory(path);
                if (!unpacked) {
                    assertThat(mode)
                            .as(path.toString())
                            .isEqualTo(Files.isDirectory(path) ? "rwx------" : "rw-------");
                }
            }
        }
        assertThat(System.getProperty("org.sqlite.tmpdir")).endsWith("/native");
    }

    private SqliteStore open() throws StoreException {
        return SqliteStore.open(data, Duration.ofHours(24), InstantSource.fixed(Histories.START));
    }

    private void execute(String sql) throws SQLException {
        assertThat(change(sql)).isEqualTo(1);
    }

    private int change(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            return statement.executeUpdate(sql);
        }
    }

    private void assertBroken(ThrowingCallable act, String... words) {
        assertThatThrownBy(act)
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.BROKEN))
                .hasMessageContaining(file.toString())
                .hasMessageContainingAll(words);
    }
}
