package dev.orrery.store.backup;

import dev.orrery.store.StoreException;

import java.sql.Connection;
import java.sql.SQLException;

/** A database into which a backup goes, of any engine. */
public interface EmptyDatabase {

    /**
     * Makes the tables as a schema of this version had them.
     *
     * @throws StoreException when there are rows already, or the version is not known
     */
    void create(int schema) throws StoreException;

    /** A connection within a transaction that writes; closing it without a commit undoes it. */
    Connection filler() throws SQLException;

    /** Brings the tables to the schema of this program, and checks them. */
    void complete() throws StoreException;
}
