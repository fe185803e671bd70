package dev.orrery.store.sql;

import dev.orrery.model.JobId;
import dev.orrery.store.StoreException;

import org.jspecify.annotations.Nullable;

import java.sql.SQLException;
import java.util.List;

/** What one engine says or does in another way than the others. */
public interface Dialect {

    /** Begins a transaction that may write. */
    void begin(Session session) throws SQLException;

    /** Makes it durable. */
    void commit(Session session) throws SQLException;

    /** Undoes it. */
    void rollback(Session session) throws SQLException;

    /** Writes rows; those that the statement's conflict clause leaves out are left out. */
    void write(Session session, Bulk bulk, List<@Nullable Object[]> rows) throws SQLException;

    /**
     * Writes rows for each of which there should be a place.
     *
     * @return for each, how many rows of the table it changed
     * @throws StoreException CONFLICT when there is none for some, where the engine refuses at once
     */
    int[] fit(Session session, Bulk bulk, List<@Nullable Object[]> rows)
            throws SQLException, StoreException;

    /** The condition that a column contains a pattern of LIKE, ASCII letters in any case. */
    String contains(String column);

    /**
     * Removes jobs and all that is kept of them, but for their places among the latest ends.
     *
     * @param endsAbove ends up to this place are not remembered either
     */
    void purge(Session session, List<JobId> jobs, long endsAbove) throws SQLException;
}
