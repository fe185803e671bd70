package dev.orrery.store;

import dev.orrery.model.BlobId;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Blobs as files of one directory: {@code blobs/ab/abcdef…}, each named by its checksum.
 *
 * <p>A blob arrives in {@code blobs/staging} and is renamed into its place once it is complete and
 * on disk, so a name is never seen without all of its bytes. It is protected from removal by a pin,
 * from {@code keep} to {@code close}, and by a job's reference after that; whoever submits commits
 * the reference in between.
 */
public final class FileCentralStore implements CentralStore {

    /** What is younger may be on its way into a job and is never swept. */
    private static final Duration SWEEP_AGE_MIN = Duration.ofHours(1);

    private static final String STAGING = "staging";

    private final Path root;
    private final Path staging;
    private final BlobReferences references;
    private final InstantSource clock;

    /** Holds {@code pins}, and makes pinning and removing exclude each other. */
    private final ReentrantLock lock = new ReentrantLock();

    /** Does the same between the masters that share the directory, where any do. */
    private final RangeLock shared;

    private final Map<BlobId, Integer> pins = new HashMap<>();
    private final Set<StagedFile> open = ConcurrentHashMap.newKeySet();

    /** Opens {@code DIR/blobs}, which it makes when it is not there. */
    public FileCentralStore(Path data, BlobReferences references, InstantSource clock)
            throws IOException {
        this.root = PrivateFiles.directory(data.resolve("blobs"));
        this.staging = PrivateFiles.directory(root.resolve(STAGING));
        this.references = references;
        this.clock = clock;
        this.shared = RangeLock.open(root.resolve("lock"));
    }

    @Override
    public Staged stage() throws IOException {
        Path file = staging.resolve(UUID.randomUUID().toString());
        StagedFile staged = new StagedFile(file, PrivateFiles.create(file));
        open.add(staged);
        return staged;
    }

    @Override
    public Optional<Path> find(BlobId blob) {
        Path file = place(blob);
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                ? Optional.of(file)
                : Optional.empty();
    }

    @Override
    public void discard(BlobId blob) throws IOException {
        discardOlderThan(blob, Optional.empty());
    }

    @Override
    public void sweep(int shelf) throws IOException {
        Instant latest = clock.instant().minus(SWEEP_AGE_MIN);
        sweepStaging(latest);
        List<BlobId> old = new ArrayList<>();
        for (Path file : PrivateFiles.children(root.resolve(String.format("%02x", shelf)))) {
            Optional<BlobId> blob = blobOf(file);
            if (blob.isPresent() && PrivateFiles.isOlder(file, latest)) {
                old.add(blob.get());
            }
        }
        if (old.isEmpty()) {
            return;
        }
        old.removeAll(Set.copyOf(referenced(old)));
        for (BlobId blob : old) {
            discardOlderThan(blob, Optional.of(latest));
        }
    }

    /** Most are: they are asked for together, and without a lock. */
    private List<BlobId> referenced(List<BlobId> blobs) throws IOException {
        try {
            return references.referenced(blobs);
        } catch (StoreException e) {
            throw new IOException("which blobs jobs need cannot be read", e);
        }
    }

    @Override
    public long freeBytes() throws IOException {
        return Files.getFileStore(root).getUsableSpace();
    }

    @Override
    public void close() {
        try (shared) {
            List.copyOf(open).forEach(StagedFile::close);
        }
    }

    private Path shelf(BlobId blob) {
        return root.resolve(blob.sha256().substring(0, 2));
    }

    private Path place(BlobId blob) {
        return shelf(blob).resolve(blob.sha256());
    }

    private Optional<BlobId> blobOf(Path file) {
        String name = file.getFileName().toString();
        if (name.length() != 64) {
            return Optional.empty();
        }
        try {
            BlobId blob = new BlobId(name);
            return place(blob).equals(file) ? Optional.of(blob) : Optional.empty();
        } catch (IllegalArgumentException notOurs) {
            return Optional.empty();
        }
    }

    private void discardOlderThan(BlobId blob, Optional<Instant> latest) throws IOException {
        try (RangeLock.Held _ = shared.lock(blob.sha256())) {
            lock.lock();
            try {
                discardUnlessNeeded(blob, latest);
            } finally {
                lock.unlock();
            }
        } catch (StoreException e) {
            throw new IOException("whether a job needs blob " + blob + " cannot be read", e);
        }
    }

    private void discardUnlessNeeded(BlobId blob, Optional<Instant> latest)
            throws IOException, StoreException {
        Path file = place(blob);
        if (pins.containsKey(blob)
                || (latest.isPresent() && !PrivateFiles.isOlder(file, latest.get()))
                || references.isReferenced(blob)) {
            return;
        }
        Files.deleteIfExists(file);
    }

    private void sweepStaging(Instant latest) throws IOException {
        for (Path file : PrivateFiles.children(staging)) {
            boolean ours = open.stream().anyMatch(staged -> staged.file.equals(file));
            if (!ours && PrivateFiles.isOlder(file, latest)) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** Moves a complete file to the blob's place, unless the same bytes are there already. */
    private void publish(Path file, BlobId blob, long sizeBytes) throws IOException {
        try (RangeLock.Held _ = shared.lock(blob.sha256())) {
            lock.lock();
            try {
                place(file, blob, sizeBytes);
                pins.merge(blob, 1, Integer::sum);
            } finally {
                lock.unlock();
            }
        }
        PrivateFiles.syncDirectory(shelf(blob));
    }

    private void place(Path file, BlobId blob, long sizeBytes) throws IOException {
        Path shelf = shelf(blob);
        Path place = place(blob);
        if (Files.notExists(shelf)) {
            PrivateFiles.directory(shelf);
            PrivateFiles.syncDirectory(root);
        }
        if (Files.isRegularFile(place, LinkOption.NOFOLLOW_LINKS)
                && Files.size(place) == sizeBytes) {
            Files.setLastModifiedTime(place, FileTime.from(clock.instant()));
            Files.delete(file);
        } else {
            Files.move(
                    file,
                    place,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private void unpin(BlobId blob) {
        lock.lock();
        try {
            pins.computeIfPresent(blob, (id, count) -> count == 1 ? null : count - 1);
        } finally {
            lock.unlock();
        }
    }

    /** Makes {@link FileCentralStore}. */
    public static final class Provider implements CentralStore.Provider {

        @Override
        public String name() {
            return FileCentralStore.class.getName();
        }

        @Override
        public CentralStore create(Path data, BlobReferences references) throws IOException {
            return new FileCentralStore(data, references, InstantSource.system());
        }
    }

    /** A file in staging, and after {@code keep} the pin of its blob. */
    private final class StagedFile implements Staged {

        private final Path file;
        private final FileChannel channel;
        private final MessageDigest digest = sha256();
        private long sizeBytes;
        private Optional<BlobId> kept = Optional.empty();

        StagedFile(Path file, FileChannel channel) {
            this.file = file;
            this.channel = channel;
        }

        @Override
        public void write(ByteBuffer bytes) throws IOException {
            digest.update(bytes.duplicate());
            while (bytes.hasRemaining()) {
                sizeBytes += channel.write(bytes);
            }
        }

        @Override
        public long sizeBytes() {
            return sizeBytes;
        }

        @Override
        public BlobId id() {
            return kept.orElseGet(() -> new BlobId(HexFormat.of().formatHex(copy().digest())));
        }

        @Override
        public BlobId keep() throws IOException {
            if (kept.isEmpty()) {
                channel.force(true);
                channel.close();
                BlobId blob = id();
                publish(file, blob, sizeBytes);
                kept = Optional.of(blob);
            }
            return id();
        }

        @Override
        public void close() {
            if (!open.remove(this)) {
                return;
            }
            kept.ifPresent(FileCentralStore.this::unpin);
            try (channel) {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                throw new UncheckedIOException("staging cannot be removed: " + file, e);
            }
        }

        private MessageDigest copy() {
            try {
                return (MessageDigest) digest.clone();
            } catch (CloneNotSupportedException e) {
                throw new IllegalStateException("the JDK's SHA-256 can be copied", e);
            }
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
