package dev.orrery.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orrery.model.JobId;
import dev.orrery.protocol.DurableEvent;
import dev.orrery.protocol.JobEvent;
import dev.orrery.store.Histories;
import dev.orrery.store.Leads;
import dev.orrery.store.StoreException;
import dev.orrery.store.StoreException.Kind;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * A database as a process left it that was killed, and its -wal file damaged: whoever opens it is
 * refused, or finds everything that was acknowledged.
 */
final class SqliteWalDamageTest {

    private static final int COMMITS = 8;
    private static final int FLIPS = 150;
    private static final List<String> SUFFIXES = List.of("", "-shm", "-wal");

    private final SplittableRandom random = new SplittableRandom(5);

    @TempDir private Path files;
    private Path killed;
    private Path hit;

    @BeforeEach
    void makeStore() throws Exception {
        Path data = files.resolve("data");
        killed = Files.createDirectory(files.resolve("killed"));
        hit = Files.createDirectory(files.resolve("hit"));
        try (SqliteStore store = open(data)) {
            long epoch = Leads.lead(store, "test");
            for (int commit = 1; commit <= COMMITS; commit++) {
                store.commit(epoch, batch(commit));
                if (commit == COMMITS / 2) {
                    store.load();
                }
            }
            for (String suffix : SUFFIXES) {
                Files.copy(data.resolve("store.db" + suffix), killed.resolve("store.db" + suffix));
            }
        }
    }

    @Test
    void unharmed_hasEverything() throws Exception {
        restore();

        assertThat(commitsFound()).contains(COMMITS);
    }

    @Test
    void anyFlippedBit_isNoticedOrHarmless() throws Exception {
        int noticed = 0;
        for (int flip = 0; flip < FLIPS; flip++) {
            restore();
            long bit = flip("-wal");

            Optional<Integer> found = commitsFound();

            noticed += found.isEmpty() ? 1 : 0;
            assertThat(found.orElse(COMMITS)).as("bit %d", bit).isEqualTo(COMMITS);
        }
        assertThat(noticed).isGreaterThan(FLIPS / 2);
    }

    @Test
    void anyFlippedBit_withoutTheIndex_costsAtMostTheLastCommit() throws Exception {
        for (int flip = 0; flip < FLIPS; flip++) {
            restore();
            Files.delete(hit.resolve("store.db-shm"));
            long bit = flip("-wal");

            Optional<Integer> found = commitsFound();

            assertThat(found.orElse(COMMITS)).as("bit %d", bit).isBetween(COMMITS - 1, COMMITS);
        }
    }

    @Test
    void anyFlippedBitOfTheIndex_isHarmless() throws Exception {
        for (int bit = 0; bit < 100 * 8; bit += 7) {
            restore();
            flip("-shm", bit);

            assertThat(commitsFound()).as("bit %d", bit).contains(COMMITS);
        }
    }

    @Test
    void cutOrMissingFile_isRefused() throws Exception {
        restore();
        try (RandomAccessFile bytes =
                new RandomAccessFile(hit.resolve("store.db-wal").toFile(), "rw")) {
            bytes.setLength(bytes.length() - 5_000);
        }
        assertRefused("-wal");

        restore();
        Files.write(hit.resolve("store.db-wal"), new byte[0]);
        assertRefused("-wal");

        restore();
        Files.delete(hit.resolve("store.db-wal"));
        assertRefused("-wal");
    }

    @Test
    void tailThatAPowerLossCutOff_isNoDamage() throws Exception {
        restore();
        Files.delete(hit.resolve("store.db-shm"));
        try (RandomAccessFile bytes =
                new RandomAccessFile(hit.resolve("store.db-wal").toFile(), "rw")) {
            bytes.setLength(bytes.length() - 5_000);
        }

        assertThat(commitsFound().orElseThrow()).isBetween(COMMITS - 1, COMMITS);
    }

    private List<DurableEvent> batch(int commit) {
        List<DurableEvent> events = new ArrayList<>();
        for (int i = 1; i <= 20; i++) {
            JobId job = Histories.jobId(random, Histories.START);
            events.add(
                    Histories.submitted(
                            job,
                            Histories.START,
                            Histories.spec("default", "a job", Map.of(), List.of()),
                            commit * 100L + i));
        }
        return events;
    }

    private void restore() throws IOException {
        try (var left = Files.newDirectoryStream(hit, "store.db*")) {
            for (Path file : left) {
                Files.delete(file);
            }
        }
        for (String suffix : SUFFIXES) {
            Files.copy(killed.resolve("store.db" + suffix), hit.resolve("store.db" + suffix));
        }
    }

    private long flip(String suffix) throws IOException {
        long bit = random.nextLong(8 * Files.size(hit.resolve("store.db" + suffix)));
        flip(suffix, bit);
        return bit;
    }

    private void flip(String suffix, long bit) throws IOException {
        Path file = hit.resolve("store.db" + suffix);
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(bit / 8);
            int old = bytes.read();
            bytes.seek(bit / 8);
            bytes.write(old ^ 1 << bit % 8);
        }
    }

    /** How many whole commits, from the first on, are there; empty when the store refuses. */
    private Optional<Integer> commitsFound() throws StoreException {
        try (SqliteStore store = open(hit)) {
            List<Long> numbers =
                    store.load().live().stream()
                            .map(events ->
                                    ((JobEvent.Submitted) events.getFirst().change()).number())
                            .toList();
            List<Long> expected = new ArrayList<>();
            int commits = numbers.size() / 20;
            for (int commit = 1; commit <= commits; commit++) {
                for (int i = 1; i <= 20; i++) {
                    expected.add(commit * 100L + i);
                }
            }
            assertThat(numbers).isEqualTo(expected);
            return Optional.of(commits);
        } catch (StoreException refused) {
            assertThat(refused.kind()).isEqualTo(Kind.BROKEN);
            return Optional.empty();
        }
    }

    private void assertRefused(String word) {
        assertThatThrownBy(() -> open(hit).close())
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.BROKEN))
                .hasMessageContainingAll(word, "damaged", "restore");
    }

    private static SqliteStore open(Path data) throws StoreException {
        return SqliteStore.open(data, Duration.ofHours(24), InstantSource.fixed(Histories.START));
    }
}
