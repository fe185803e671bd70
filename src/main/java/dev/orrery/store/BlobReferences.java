package dev.orrery.store;

import dev.orrery.model.BlobId;

import java.util.List;

/** The knowledge of which blobs are still needed. Blocking. */
@FunctionalInterface
public interface BlobReferences {

    /**
     * Whether a job refers to the blob, after every commit that returned before this call. Asked by
     * a store of blobs right before it removes one, and never otherwise.
     */
    boolean isReferenced(BlobId blob) throws StoreException;

    /**
     * Those of the blobs of which it is known without much ado that a job refers to them: the
     * others are asked for one by one. Changes nothing.
     */
    default List<BlobId> referenced(List<BlobId> blobs) throws StoreException {
        return List.of();
    }
}
