package dev.orrery.store.replica;

import dev.orrery.model.BlobId;
import dev.orrery.store.CentralStore;
import dev.orrery.store.Masters.Master;
import dev.orrery.store.StoreException;
import dev.orrery.store.StoreException.Kind;
import dev.orrery.store.TooFewCopiesException;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Blobs on several masters: kept means that enough of them have it, and what is not here comes from
 * one that has it.
 */
final class ReplicatedStore implements CentralStore {

    private static final Logger LOG = LoggerFactory.getLogger(ReplicatedStore.class);

    /** So much may come before space is looked at again. */
    private static final long SPACE_CHECK_BYTES = 64L * 1024 * 1024;

    private final CentralStore local;
    private final Replicas replicas;
    private final long freeBytesMin;
    private final Once<BlobId, Optional<Path>> pulls = new Once<>();

    /** What comes from others leaves so many bytes free. */
    ReplicatedStore(CentralStore local, Replicas replicas, long freeBytesMin) {
        this.local = local;
        this.replicas = replicas;
        this.freeBytesMin = freeBytesMin;
    }

    @Override
    public Staged stage() throws IOException {
        return new SpreadStaged(local.stage());
    }

    @Override
    public Optional<Path> find(BlobId blob) throws IOException {
        Optional<Path> here = local.find(blob);
        return here.isPresent() ? here : pulls.run(blob, () -> pull(blob));
    }

    private Optional<Path> pull(BlobId blob) throws IOException {
        Optional<Path> meanwhile = local.find(blob);
        if (meanwhile.isPresent()) {
            return meanwhile;
        }
        List<String> holders = replicas.ask(copies -> copies.of(blob));
        List<String> denials = new ArrayList<>();
        for (Master source : replicas.sources(holders)) {
            checkSpace();
            try {
                if (fetch(blob, source)) {
                    return local.find(blob);
                }
                denials.add(source.id());
            } catch (IOException fault) {
                LOG.atWarn()
                        .addKeyValue("blob", blob)
                        .addKeyValue("master", source.id())
                        .addKeyValue("cause", fault.toString())
                        .log("a blob was not given");
            }
        }
        if (replicas.mayAppear(holders, denials)) {
            throw new TooFewCopiesException("no master that can be reached has the file");
        }
        return Optional.empty();
    }

    private boolean fetch(BlobId blob, Master source) throws IOException {
        try (Staged staged = local.stage()) {
            boolean isGiven = replicas.wire().getBlob(source, blob, it -> write(staged, it));
            if (!isGiven) {
                return false;
            }
            if (!staged.id().equals(blob)) {
                throw new IOException("the checksum of the bytes that came is " + staged.id());
            }
            staged.keep();
            replicas.tell(copies -> copies.add(blob, List.of(replicas.self())));
            return true;
        }
    }

    private void write(Staged staged, byte[] bytes) throws IOException {
        long before = staged.sizeBytes() / SPACE_CHECK_BYTES;
        staged.write(ByteBuffer.wrap(bytes));
        if (staged.sizeBytes() / SPACE_CHECK_BYTES > before) {
            checkSpace();
        }
    }

    private void checkSpace() throws IOException {
        if (local.freeBytes() < freeBytesMin) {
            throw new IOException(
                    "no copy of a file is taken",
                    new StoreException(Kind.FULL, "too little space is free for it"));
        }
    }

    /**
     * Leaves it to the sweep, an hour later: another master that was sent the same bytes may just
     * now count on the copy here, and refer to it in a moment.
     */
    @Override
    public void discard(BlobId blob) {}

    @Override
    public void sweep(int shelf) throws IOException {
        local.sweep(shelf);
    }

    @Override
    public long freeBytes() throws IOException {
        return local.freeBytes();
    }

    @Override
    public void close() {
        local.close();
    }

    /** Bytes that go to other masters before they count as kept. */
    private final class SpreadStaged implements Staged {

        private final Staged here;
        private boolean isSpread;

        SpreadStaged(Staged here) {
            this.here = here;
        }

        @Override
        public void write(ByteBuffer bytes) throws IOException {
            here.write(bytes);
        }

        @Override
        public long sizeBytes() {
            return here.sizeBytes();
        }

        @Override
        public BlobId id() {
            return here.id();
        }

        @Override
        public BlobId keep() throws IOException {
            BlobId blob = here.keep();
            if (!isSpread) {
                Path file =
                        local.find(blob)
                                .orElseThrow(() -> new IOException("what was kept is gone"));
                List<String> holders =
                        replicas.spread(
                                blob, List.of(), to -> replicas.wire().putBlob(to, blob, file));
                replicas.tell(copies -> copies.add(blob, holders));
                isSpread = true;
            }
            return blob;
        }

        @Override
        public void close() {
            here.close();
        }
    }
}
