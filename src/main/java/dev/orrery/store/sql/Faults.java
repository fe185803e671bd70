package dev.orrery.store.sql;

import dev.orrery.store.StoreException;

import java.sql.SQLException;

/** What went wrong with one database, and whether anybody may go on. */
public interface Faults {

    /** The fault that the driver's exception stands for. */
    StoreException of(SQLException cause);

    /** Damage that we found ourselves. */
    StoreException damaged(String finding);

    /** A fault after which nobody may go on. */
    StoreException broken(String message);

    /** A fault after which nobody may go on, with its cause. */
    StoreException broken(String message, Throwable cause);
}
