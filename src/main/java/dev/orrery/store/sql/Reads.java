package dev.orrery.store.sql;

import dev.orrery.store.StoreException;

import java.sql.SQLException;

/** The reading connections of an engine. */
@FunctionalInterface
public interface Reads {

    /** Reads by one connection, which sees all that was committed before. */
    <T> T read(Reading<T> reading) throws StoreException;

    /** What is read. */
    @FunctionalInterface
    interface Reading<T> {
        /** Reads it. */
        T from(Session session) throws SQLException, StoreException;
    }
}
