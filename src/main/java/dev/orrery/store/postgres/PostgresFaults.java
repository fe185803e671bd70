package dev.orrery.store.postgres;

import dev.orrery.store.StoreException;
import dev.orrery.store.StoreException.Kind;
import dev.orrery.store.sql.Faults;

import java.sql.SQLException;
import java.util.Set;

/** What went wrong with one database, by the SQLSTATE that the server or the driver gave. */
final class PostgresFaults implements Faults {

    private static final String DISK_FULL = "53100";
    private static final String UNIQUE_VIOLATION = "23505";
    private static final String IDLE_TOO_LONG = "25P03";
    private static final String QUERY_CANCELLED = "57014";
    private static final String LOCK_NOT_AVAILABLE = "55P03";

    /** The server has undone the transaction, and it may be tried again at once. */
    private static final Set<String> UNDONE = Set.of("40001", "40P01", LOCK_NOT_AVAILABLE);

    /** Damaged pages and indices, of which the server says so. */
    private static final Set<String> DAMAGED = Set.of("XX001", "XX002");

    /**
     * Beginnings of states of a server that is gone, full, busy, stopping, or not the one that
     * writes: connection (08), memory and connections (53), operator's orders (57), locks (55),
     * serialisation (40), a read-only or ended transaction (25), and input and output (58).
     */
    private static final Set<String> PASSING = Set.of("08", "53", "57", "55", "40", "25", "58");

    private final String name;

    PostgresFaults(String name) {
        this.name = name;
    }

    /** Whether the server surely wrote nothing, and may write it now. */
    static boolean isUndone(SQLException cause) {
        return UNDONE.contains(state(cause));
    }

    /** Whether the connection ended: it broke, or the server ended it or is on its way. */
    static boolean isLost(SQLException cause) {
        String state = state(cause);
        return state.startsWith("08") || state.startsWith("57P") || state.equals(IDLE_TOO_LONG);
    }

    /** Whether a lock was not to be had in time. */
    static boolean isLocked(SQLException cause) {
        return state(cause).equals(LOCK_NOT_AVAILABLE) || state(cause).equals(QUERY_CANCELLED);
    }

    @Override
    public StoreException of(SQLException cause) {
        String state = state(cause);
        if (state.equals(DISK_FULL)) {
            return new StoreException(Kind.FULL, "no space is left for " + name, cause);
        }
        if (state.equals(UNIQUE_VIOLATION)) {
            return new StoreException(
                    Kind.CONFLICT, "a row is there already: " + cause.getMessage(), cause);
        }
        if (DAMAGED.contains(state)) {
            return broken(describeDamage("PostgreSQL says: " + cause.getMessage()), cause);
        }
        if (state.isEmpty() || PASSING.contains(state.substring(0, 2))) {
            return unavailable(cause.getMessage() + " (" + state + ")", cause);
        }
        return broken(name + " cannot be used: " + cause.getMessage() + " (" + state + ")", cause);
    }

    /** The database cannot be reached, or what became of a commit is unknown. */
    StoreException unavailable(String finding, Throwable cause) {
        return new StoreException(
                Kind.UNAVAILABLE, "storage.url " + name + " does not answer: " + finding, cause);
    }

    @Override
    public StoreException damaged(String finding) {
        return broken(describeDamage(finding));
    }

    @Override
    public StoreException broken(String message) {
        return new StoreException(Kind.BROKEN, message);
    }

    @Override
    public StoreException broken(String message, Throwable cause) {
        return new StoreException(Kind.BROKEN, message, cause);
    }

    private static String state(SQLException cause) {
        String state = cause.getSQLState();
        return state == null || state.length() < 2 ? "" : state;
    }

    private String describeDamage(String finding) {
        return name
                + " is damaged. To restore it: stop every master, and restore the last backup of"
                + " the database, or promote a standby that has every commit. "
                + finding;
    }
}
