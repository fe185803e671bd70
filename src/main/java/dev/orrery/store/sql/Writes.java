package dev.orrery.store.sql;

import dev.orrery.store.StoreException;

import java.sql.SQLException;

/** Transactions that need no epoch. */
@FunctionalInterface
public interface Writes {

    /** Runs one transaction; what it wrote is durable when this returns. */
    <T> T transact(Writing<T> writing) throws StoreException;

    /** What is written. */
    @FunctionalInterface
    interface Writing<T> {
        /** Writes it. */
        T by(Session session) throws SQLException, StoreException;
    }
}
