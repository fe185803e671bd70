package dev.orrery.store;

import java.nio.file.Path;
import java.time.InstantSource;

/** An engine under the contract tests. */
@FunctionalInterface
public interface StoreFixture {

    /** Opens the store that belongs to this directory: a new one, or what an earlier one left. */
    Store open(Path data, InstantSource clock) throws StoreException;
}
