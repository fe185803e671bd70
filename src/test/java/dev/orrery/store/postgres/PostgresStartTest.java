package dev.orrery.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orrery.store.Store;
import dev.orrery.store.StoreException;
import dev.orrery.store.StoreException.Kind;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** How masters come to a database, and what the server's answers mean. */
final class PostgresStartTest {

    private final String database = PostgresFixture.freshDatabase();

    @TempDir private Path folder;

    @Test
    void mastersThatStartAtOnce_makeTheTablesOnce() throws Exception {
        List<Future<PostgresStore>> starts = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
            for (int i = 0; i < 3; i++) {
                Path data = folder.resolve("master-" + i);
                starts.add(threads.submit(() -> open(data)));
            }
        }

        for (Future<PostgresStore> start : starts) {
            try (Store store = start.get()) {
                assertThat(store.leaderRow().term().epoch()).isZero();
            }
        }
    }

    @Test
    void newerSchema_isRefused() throws Exception {
        open(folder).close();
        PostgresFixture.server().execute(database, "INSERT INTO schema_version VALUES (99)");

        assertThatThrownBy(() -> open(folder))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.BROKEN))
                .hasMessageContaining("newer Orrery")
                .hasMessageContaining("version 99");
    }

    @Test
    void secondMasterOfADirectory_isRefused() throws Exception {
        try (Store first = open(folder)) {
            assertThat(first.leaderRow().term().leased()).isFalse();
            assertThatThrownBy(() -> open(folder))
                    .isInstanceOfSatisfying(
                            StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.LOCKED));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "53100, FULL",
        "53300, UNAVAILABLE",
        "57P01, UNAVAILABLE",
        "57P03, UNAVAILABLE",
        "57014, UNAVAILABLE",
        "08006, UNAVAILABLE",
        "25P03, UNAVAILABLE",
        "25006, UNAVAILABLE",
        "40001, UNAVAILABLE",
        "40P01, UNAVAILABLE",
        "55P03, UNAVAILABLE",
        "58030, UNAVAILABLE",
        "23505, CONFLICT",
        "XX001, BROKEN",
        "XX002, BROKEN",
        "42P01, BROKEN",
        "28P01, BROKEN"
    })
    void serversAnswer_tellsWhatMayBeDone(String state, Kind kind) {
        PostgresFaults faults = new PostgresFaults("jdbc:postgresql://localhost/orrery");

        assertThat(faults.of(new SQLException("said so", state)).kind()).isEqualTo(kind);
    }

    private PostgresStore open(Path data) throws StoreException {
        return PostgresFixture.open(data, database, InstantSource.system());
    }
}
