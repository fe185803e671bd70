package dev.orrery.store.backup;

import dev.orrery.store.StoreException;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;

/** The database below a store, for who copies all of it. */
public interface Database {

    /** The engine, as people call it. */
    String engine();

    /**
     * A connection within a transaction that only reads, sees one state from its first statement
     * on, and holds up nobody who writes. Closing it ends both.
     */
    Connection snapshot() throws SQLException;

    /**
     * Makes empty tables as a schema of this version had them.
     *
     * @throws StoreException when there are tables with rows, or the version is not known
     */
    void create(int schema) throws StoreException, IOException;

    /** A connection within a transaction that writes; closing it without a commit undoes it. */
    Connection writer() throws SQLException;

    /** Brings the tables to the schema of this program, and checks them. */
    void complete() throws StoreException;
}
