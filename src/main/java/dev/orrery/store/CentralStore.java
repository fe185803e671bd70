package dev.orrery.store;

import dev.orrery.model.BlobId;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Keeps the bytes of inputs, outputs and large logs by their checksum (one of the replaceable
 * components). Blocking; safe for use by many threads.
 */
public interface CentralStore extends AutoCloseable {

    /** How many shelves there are, on which blobs are spread evenly. */
    int SHELVES = 256;

    /** Begins to take bytes of an unknown length. */
    Staged stage() throws IOException;

    /**
     * The file that holds a complete blob, for reading only; brought here first when another master
     * has it.
     *
     * @throws TooFewCopiesException when it is known to be somewhere, but not where it can be had
     */
    Optional<Path> find(BlobId blob) throws IOException;

    /**
     * Removes a blob unless a job refers to it, or somebody who staged the same bytes has not
     * closed yet.
     */
    void discard(BlobId blob) throws IOException;

    /**
     * Removes blobs of one shelf to which no job refers and which are older than one hour, and
     * stale staging.
     */
    void sweep(int shelf) throws IOException;

    /** How many bytes are free where blobs are kept. */
    long freeBytes() throws IOException;

    @Override
    void close();

    /** Makes one implementation; found by {@code ServiceLoader} and chosen by its name. */
    interface Provider {

        /** The class name of what {@code create} makes, as it stands in the configuration. */
        String name();

        /** Opens the blobs under a node's data directory. */
        CentralStore create(Path data, BlobReferences references) throws IOException;
    }

    /** Bytes on their way in; invisible until kept. Closing without keeping leaves nothing. */
    interface Staged extends AutoCloseable {

        /** Takes all remaining bytes of the buffer. */
        void write(ByteBuffer bytes) throws IOException;

        /** How many bytes came so far. */
        long sizeBytes();

        /** The checksum of what came so far. */
        BlobId id();

        /**
         * Makes the blob durable and visible (fsync, rename, fsync of the directory) and protects
         * it from removal until {@code close}.
         *
         * @throws TooFewCopiesException when it is not on as many masters as must have it
         */
        BlobId keep() throws IOException;

        @Override
        void close();
    }
}
