package dev.orrery.store.backup;

import dev.orrery.store.StoreException;

import java.sql.Connection;
import java.sql.SQLException;

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

    /** A connection within a transaction that writes; closing it without a commit undoes it. */
    Connection filler() throws SQLException;

    /** Brings the tables to the schema of this program, and checks them. */
    void complete() throws StoreException;
}
