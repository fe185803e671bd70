package dev.orrery.store;

import dev.orrery.model.BlobId;

/** The knowledge of which blobs are still needed. Blocking. */
@FunctionalInterface
public interface BlobReferences {

    /**
     * Whether a job refers to the blob, after every commit that returned before this call. Asked by
     * a store of blobs right before it removes one, and never otherwise.
     */
    boolean isReferenced(BlobId blob) throws StoreException;
}
