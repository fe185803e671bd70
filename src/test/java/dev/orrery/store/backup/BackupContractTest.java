package dev.orrery.store.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orrery.model.BlobId;
import dev.orrery.model.CapturedLog;
import dev.orrery.model.JobId;
import dev.orrery.model.Namespace;
import dev.orrery.model.schedule.Schedule;
import dev.orrery.protocol.LoadedState;
import dev.orrery.protocol.Principal;
import dev.orrery.store.Copies;
import dev.orrery.store.Copies.Output;
import dev.orrery.store.Histories;
import dev.orrery.store.Leads;
import dev.orrery.store.MasterIdFile;
import dev.orrery.store.Store;
import dev.orrery.store.StoreException;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** What a backup of any engine must hold, and what becomes of it in any engine. */
public abstract class BackupContractTest {

    @TempDir private Path directory;
    private StoreOfTests from;

    /** Opens the store that is backed up. */
    protected abstract Store source(Path data) throws StoreException;

    /** The database into which a directory's backup goes. */
    protected abstract EmptyDatabase target(Path data);

    /** Opens the store that was restored. */
    protected abstract Store restored(Path data) throws StoreException;

    private Path data() {
        return directory.resolve("data");
    }

    private Path restored() {
        return directory.resolve("restored");
    }

    @BeforeEach
    void open() throws StoreException, IOException {
        from = new StoreOfTests(data(), source(data()));
    }

    @AfterEach
    void close() {
        from.close();
    }

    private Restore.Summary restore(byte[] backup)
            throws StoreException, IOException, SQLException {
        return Restore.restore(new ByteArrayInputStream(backup), restored(), this::target);
    }

    private StoreOfTests openRestored() throws StoreException, IOException {
        return new StoreOfTests(restored(), restored(restored()));
    }

    @Test
    void restored_isAsItWas() throws Exception {
        JobId ended = from.ended("ended");
        JobId running = from.running("running");
        Schedule nightly = from.schedule("nightly");
        Principal somebody =
                new Principal(
                        "somebody", Principal.Role.SUBMITTER, Optional.of(new Namespace("red")));
        from.store().tokens().add("ab".repeat(32), somebody, Histories.START, Optional.empty());
        byte[] secret = from.store().tokens().secret("attempts");
        Files.writeString(data().resolve("admin.token"), "orr_secret\n");
        LoadedState before = from.store().load();

        Restore.Summary summary = restore(from.backup());

        assertThat(summary.jobs()).isEqualTo(2);
        assertThat(summary.missing()).isEmpty();
        try (StoreOfTests to = openRestored()) {
            assertThat(to.store().load()).isEqualTo(before);
            assertThat(to.store().schedules().find(nightly.id())).contains(nightly);
            for (JobId job : List.of(ended, running)) {
                assertThat(to.store().jobs().events(job, 0, 100))
                        .isEqualTo(from.store().jobs().events(job, 0, 100));
                assertThat(to.store().jobs().job(job)).isEqualTo(from.store().jobs().job(job));
                assertThat(to.log(job)).hasSameBinaryContentAs(from.log(job));
            }
            assertThat(to.input("ended")).hasContent("input of ended");
            assertThat(to.store().tokens().find("ab".repeat(32), Instant.now())).contains(somebody);
            assertThat(to.store().tokens().secret("attempts")).isEqualTo(secret);
            assertThat(restored().resolve("admin.token")).hasContent("orr_secret\n");
        }
        assertThat(directory).isDirectoryNotContaining("glob:**.restoring");
        assertThat(data().resolve(Backup.SPOOL)).doesNotExist();
    }

    @Test
    void leaderOfTheRestored_isFarAheadOfAllThatWorkersHaveSeen() throws Exception {
        byte[] backup = from.backup();
        long seen = Leads.lead(from.store(), "later");

        restore(backup);

        try (StoreOfTests to = openRestored()) {
            assertThat(to.epoch()).isGreaterThan(seen + TableLoad.EPOCH_LEAP / 2);
        }
    }

    @Test
    void committedWhileItIsTaken_isOnlyInTheNextBackup() throws Exception {
        JobId first = from.ended("first");
        Meddler meddler = new Meddler(() -> from.ended("second"));

        from.backup(meddler);
        restore(meddler.toByteArray());

        try (StoreOfTests to = openRestored()) {
            assertThat(to.store().jobs().job(first)).isPresent();
            assertThat(to.store().jobs().job(from.jobs().get(1))).isEmpty();
        }
    }

    @Test
    void logThatGrowsWhileItIsTaken_isCutAtAnEarlierSize() throws Exception {
        JobId job = from.running("running");
        String grown = " and more".repeat(1_000);
        Meddler meddler = new Meddler(() -> from.print(job, "output of running".length(), grown));

        from.backup(meddler);
        restore(meddler.toByteArray());

        try (StoreOfTests to = openRestored()) {
            String log = Files.readString(to.log(job));
            assertThat("output of running" + grown).startsWith(log);
            assertThat(log).startsWith("output of running");
        }
    }

    @Test
    void jobRemovedWhileItIsTaken_isLeftOut() throws Exception {
        JobId gone = from.ended("gone");
        JobId stays = from.ended("stays");
        Meddler meddler = new Meddler(() -> from.purge(gone, "gone"));

        from.backup(meddler);
        Restore.Summary summary = restore(meddler.toByteArray());

        assertThat(summary.jobs()).isEqualTo(1);
        assertThat(summary.missing()).isEmpty();
        try (StoreOfTests to = openRestored()) {
            assertThat(to.store().jobs().job(gone)).isEmpty();
            assertThat(to.store().jobs().events(gone, 0, 100)).isEmpty();
            assertThat(to.store().jobs().job(stays)).isPresent();
            assertThat(to.store().load()).isEqualTo(from.store().load());
        }
    }

    @Test
    void blobThatIsLost_isNamedAndTheRestIsKept() throws Exception {
        JobId job = from.ended("damaged");
        JobId whole = from.ended("whole");
        Files.delete(from.input("damaged"));

        Restore.Summary summary = restore(from.backup());

        assertThat(summary.missing()).hasSize(1);
        try (StoreOfTests to = openRestored()) {
            assertThat(to.store().jobs().job(job)).isPresent();
            assertThat(to.store().jobs().job(whole)).isPresent();
            assertThat(to.input("whole")).exists();
        }
    }

    @Test
    void cutOffAnywhere_isRefusedAndLeavesNothing() throws Exception {
        from.ended("ended");
        byte[] backup = from.backup();

        for (int length = 0; length < backup.length - 2 * 512; length += 397) {
            byte[] part = Arrays.copyOf(backup, length);
            assertThatThrownBy(() -> restore(part))
                    .as("the first %d bytes", length)
                    .isInstanceOf(DamagedBackupException.class);
        }
        assertThat(directory.toFile().list()).containsExactly("data");
    }

    @Test
    void flippedBitAnywhere_isRefused() throws Exception {
        from.ended("ended");
        byte[] backup = from.backup();
        BitSet meaning = meaning(backup);
        SplittableRandom random = new SplittableRandom(3);

        int refused = 0;
        for (int i = 0; i < 200; i++) {
            int at = random.nextInt(backup.length);
            byte[] damaged = backup.clone();
            damaged[at] ^= (byte) (1 << random.nextInt(8));
            assertThat(isRefused(damaged)).as("byte %d", at).isEqualTo(meaning.get(at));
            refused += meaning.get(at) ? 1 : 0;
        }

        assertThat(refused).isGreaterThan(100);
    }

    private static boolean isRefused(byte[] backup) {
        try {
            Restore.verify(new ByteArrayInputStream(backup));
            return false;
        } catch (DamagedBackupException refused) {
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All bytes but those that fill up the last block of a file, and the end of the archive. */
    private static BitSet meaning(byte[] backup) throws IOException {
        BitSet meaning = new BitSet();
        int at = 0;
        while (at < backup.length - 2 * TarHeader.BLOCK_BYTES) {
            int content = at + TarHeader.BLOCK_BYTES;
            TarHeader header = TarHeader.decode(Arrays.copyOfRange(backup, at, content));
            int size = (int) header.size();
            meaning.set(at, content + size);
            at = content + size + ArchiveWriter.padding(size);
        }
        return meaning;
    }

    @Test
    void directoryWithAnything_isNotTouched() throws Exception {
        from.ended("ended");
        byte[] backup = from.backup();
        Files.createDirectories(restored());
        Files.writeString(restored().resolve("mine"), "precious");

        assertThatThrownBy(() -> restore(backup)).hasMessageContaining("is not empty");
        assertThat(restored().toFile().list()).containsExactly("mine");
    }

    @Test
    void placeThatCannotBeReplaced_isRefusedBeforeTheDatabaseIsFilled() throws Exception {
        from.ended("ended");
        byte[] backup = from.backup();
        Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        Files.createSymbolicLink(restored(), elsewhere);

        assertThatThrownBy(() -> restore(backup)).hasMessageContaining("cannot be replaced");

        assertThat(elsewhere).isEmptyDirectory();
        Files.delete(restored());
        assertThat(restore(backup).jobs()).isEqualTo(1);
    }

    @Test
    void bytesOfTheRestored_areKnownToBeThere() throws Exception {
        JobId job = from.ended("ended");

        restore(from.backup());

        try (StoreOfTests to = openRestored()) {
            String master = MasterIdFile.read(restored()).toString();
            Optional<Copies> copies = to.store().copies();
            if (copies.isPresent()) {
                BlobId input = new BlobId(to.input("ended").getFileName().toString());
                assertThat(copies.get().of(input)).containsExactly(master);
                assertThat(copies.get().ofLogs(new Output(job, 1, CapturedLog.Stream.STDOUT)))
                        .containsExactly(master);
            }
        }
    }

    /** What happens while a backup is taken. */
    @FunctionalInterface
    private interface Deed {
        void happen() throws Exception;
    }

    /** A client in whose hands the tables are when something happens. */
    private static final class Meddler extends ByteArrayOutputStream {
        private final Deed deed;
        private boolean done;

        Meddler(Deed deed) {
            this.deed = deed;
        }

        @Override
        public synchronized void write(byte[] bytes, int offset, int length) {
            super.write(bytes, offset, length);
            boolean tables =
                    new String(bytes, offset, Math.min(length, 100), StandardCharsets.US_ASCII)
                            .contains("database");
            if (tables && !done) {
                done = true;
                try {
                    deed.happen();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }
}
