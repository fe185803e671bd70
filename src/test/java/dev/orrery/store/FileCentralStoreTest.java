package dev.orrery.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.orrery.model.BlobId;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Stream;

/** Blobs as files: whole or absent, and kept as long as somebody needs them. */
final class FileCentralStoreTest {

    /** SHA-256 of {@code hello}, from sha256sum. */
    private static final BlobId HELLO =
            new BlobId("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");

    private final Set<BlobId> referenced = new HashSet<>();

    @TempDir private Path data;
    private Instant now = Instant.now();
    private FileCentralStore store;

    @BeforeEach
    void openStore() throws IOException {
        store = new FileCentralStore(data, referenced::contains, () -> now);
    }

    @Test
    void keptBytes_standUnderTheirChecksum() throws IOException {
        try (CentralStore.Staged staged = store.stage()) {
            staged.write(bytes("hel"));
            staged.write(bytes("lo"));
            assertThat(staged.sizeBytes()).isEqualTo(5);
            assertThat(staged.id()).isEqualTo(HELLO);
            assertThat(store.find(HELLO)).isEmpty();

            assertThat(staged.keep()).isEqualTo(HELLO);
        }

        Path file = store.find(HELLO).orElseThrow();
        assertThat(file)
                .hasContent("hello")
                .isEqualTo(data.resolve("blobs/2c").resolve("" + HELLO));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(staging()).isEmpty();
    }

    @Test
    void closedWithoutKeeping_leavesNothing() throws IOException {
        try (CentralStore.Staged staged = store.stage()) {
            staged.write(bytes("hello"));
        }

        assertThat(store.find(HELLO)).isEmpty();
        assertThat(staging()).isEmpty();
    }

    @Test
    void storeClosed_dropsWhatIsOnItsWay() throws IOException {
        CentralStore.Staged staged = store.stage();
        staged.write(bytes("hello"));

        store.close();

        assertThat(staging()).isEmpty();
    }

    @Test
    void sameBytesAgain_areNotWrittenTwice() throws IOException {
        keep("hello");
        Path file = store.find(HELLO).orElseThrow();
        Object inode = Files.getAttribute(file, "unix:ino");

        keep("hello");

        assertThat(Files.getAttribute(file, "unix:ino")).isEqualTo(inode);
    }

    @Test
    void damagedLength_isReplacedByTheWholeBytes() throws IOException {
        keep("hello");
        Path file = store.find(HELLO).orElseThrow();
        Files.writeString(file, "he");

        keep("hello");

        assertThat(file).hasContent("hello");
    }

    @Test
    void discard_sparesWhatIsPinnedOrReferenced() throws IOException {
        try (CentralStore.Staged first = store.stage();
                CentralStore.Staged second = store.stage()) {
            first.write(bytes("hello"));
            first.keep();
            second.write(bytes("hello"));
            second.keep();
            unpin(first);
            store.discard(HELLO);
            assertThat(store.find(HELLO)).as("pinned by the second").isPresent();
            referenced.add(HELLO);
        }
        store.discard(HELLO);
        assertThat(store.find(HELLO)).as("referenced").isPresent();

        referenced.clear();
        store.discard(HELLO);
        assertThat(store.find(HELLO)).isEmpty();
        store.discard(HELLO);
    }

    @Test
    void unreadableReferences_discardNothing() throws IOException {
        keep("hello");
        BlobReferences failing =
                blob -> {
                    throw new StoreException(StoreException.Kind.FULL, "not now");
                };
        FileCentralStore blind = new FileCentralStore(data, failing, () -> now);

        assertThatThrownBy(() -> blind.discard(HELLO)).isInstanceOf(IOException.class);

        assertThat(store.find(HELLO)).isPresent();
    }

    @Test
    void sweep_removesOnlyWhatIsOldAndNotNeeded() throws IOException {
        keep("hello");
        BlobId other = keep("other");
        referenced.add(other);
        Path left = Files.writeString(data.resolve("blobs/staging/left"), "half");
        CentralStore.Staged uploading = store.stage();
        uploading.write(bytes("slow"));

        now = now.plus(Duration.ofMinutes(59));
        sweep(store);
        assertThat(store.find(HELLO)).isPresent();
        assertThat(left).exists();

        now = now.plus(Duration.ofMinutes(2));
        sweep(store);
        assertThat(store.find(HELLO)).isEmpty();
        assertThat(store.find(other)).isPresent();
        assertThat(left).doesNotExist();
        assertThat(staging()).as("the upload under way").hasSize(1);
        uploading.close();
    }

    @Test
    void keptAgain_isYoungAgain() throws IOException {
        keep("hello");
        Files.setLastModifiedTime(
                store.find(HELLO).orElseThrow(), FileTime.from(now.minus(Duration.ofDays(1))));

        keep("hello");
        sweep(store);

        assertThat(store.find(HELLO)).isPresent();
    }

    @Test
    void link_isNoBlob() throws IOException {
        Path secret = Files.writeString(data.resolve("secret"), "secret");
        Files.createDirectories(data.resolve("blobs/2c"));
        Files.createSymbolicLink(data.resolve("blobs/2c").resolve("" + HELLO), secret);

        assertThat(store.find(HELLO)).isEmpty();
        keep("hello");

        assertThat(store.find(HELLO).orElseThrow()).hasContent("hello");
        assertThat(secret).hasContent("secret");
    }

    @Test
    void provider_isFoundByTheServiceLoader() {
        assertThat(ServiceLoader.load(CentralStore.Provider.class))
                .extracting(CentralStore.Provider::name)
                .contains("dev.orrery.store.FileCentralStore");
    }

    private static void unpin(CentralStore.Staged staged) {
        staged.close();
    }

    private BlobId keep(String text) throws IOException {
        try (CentralStore.Staged staged = store.stage()) {
            staged.write(bytes(text));
            return staged.keep();
        }
    }

    private List<Path> staging() throws IOException {
        try (Stream<Path> files = Files.list(data.resolve("blobs/staging"))) {
            return files.toList();
        }
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }

    private static void sweep(CentralStore store) throws IOException {
        for (int shelf = 0; shelf < CentralStore.SHELVES; shelf++) {
            store.sweep(shelf);
        }
    }
}
