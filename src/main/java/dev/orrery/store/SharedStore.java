package dev.orrery.store;

import dev.orrery.model.BlobId;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Blobs in a directory that several masters share. Nothing is removed but by the sweep, an hour
 * later: another master that was sent the same bytes may just now count on the one copy.
 */
public final class SharedStore implements CentralStore {

    private final CentralStore shared;

    /** Blobs of all masters. */
    public SharedStore(CentralStore shared) {
        this.shared = shared;
    }

    @Override
    public Staged stage() throws IOException {
        return shared.stage();
    }

    @Override
    public Optional<Path> find(BlobId blob) throws IOException {
        return shared.find(blob);
    }

    @Override
    public void discard(BlobId blob) {}

    @Override
    public void sweep(int shelf) throws IOException {
        shared.sweep(shelf);
    }

    @Override
    public long freeBytes() throws IOException {
        return shared.freeBytes();
    }

    @Override
    public void close() {
        shared.close();
    }
}
