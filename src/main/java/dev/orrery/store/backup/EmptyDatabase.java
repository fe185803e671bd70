package dev.orrery.store.backup;

import dev.orrery.store.FileLogFiles;
import dev.orrery.store.StoreException;
import dev.orrery.store.sql.Session;

import java.io.IOException;
import java.sql.SQLException;
import java.util.UUID;

/** A database into which a backup goes, of any engine. */
public interface EmptyDatabase {

    /**
     * Makes the tables as a schema of this version had them.
     *
     * @param engine whose schemas the version counts, as the driver names it
     * @throws StoreException when there are rows already; or when the version is not known, or of
     *     another engine and not the latest
     */
    void create(String engine, int schema) throws StoreException;

    /** A session within a transaction that writes; closing it without a commit undoes it. */
    Session filler() throws SQLException;

    /** Brings the tables to the schema of this program, and checks them. */
    void migrate() throws StoreException;

    /**
     * Notes who has the bytes, where that is noted, and makes the tables quick.
     *
     * @param master the id of the data directory into which the blobs and logs go
     * @param logs what is there of them
     */
    void complete(UUID master, FileLogFiles logs) throws StoreException, IOException;
}
