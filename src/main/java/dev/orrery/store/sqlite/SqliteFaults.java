package dev.orrery.store.sqlite;

import dev.orrery.store.StoreException;
import dev.orrery.store.StoreException.Kind;
import dev.orrery.store.sql.Faults;

import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicReference;

/** What went wrong with one database file, and whether anybody may go on. */
final class SqliteFaults implements Faults {

    private final Path file;
    private final AtomicReference<@Nullable StoreException> first = new AtomicReference<>();

    SqliteFaults(Path file) {
        this.file = file;
    }

    /** Refuses once the store is broken, with the first cause. */
    void refuseWhenBroken() throws StoreException {
        StoreException fault = first.get();
        if (fault != null) {
            throw new StoreException(Kind.BROKEN, file + " was given up: " + fault, fault);
        }
    }

    @Override
    public StoreException of(SQLException cause) {
        SQLiteErrorCode code =
                cause instanceof SQLiteException sqlite
                        ? sqlite.getResultCode()
                        : SQLiteErrorCode.UNKNOWN_ERROR;
        return switch (code) {
            // The -shm file of a full disk cannot grow either.
            case SQLITE_FULL, SQLITE_IOERR_SHMSIZE ->
                    new StoreException(Kind.FULL, "no space is left for " + file, cause);
            case SQLITE_CORRUPT, SQLITE_CORRUPT_VTAB, SQLITE_CORRUPT_INDEX, SQLITE_NOTADB ->
                    broken(describeDamage("SQLite says: " + cause.getMessage()), cause);
            default -> broken(file + " cannot be used: " + cause.getMessage(), cause);
        };
    }

    @Override
    public StoreException damaged(String finding) {
        return broken(describeDamage(finding));
    }

    @Override
    public StoreException broken(String message) {
        return remember(new StoreException(Kind.BROKEN, message));
    }

    @Override
    public StoreException broken(String message, Throwable cause) {
        return remember(new StoreException(Kind.BROKEN, message, cause));
    }

    private StoreException remember(StoreException fault) {
        first.compareAndSet(null, fault);
        return fault;
    }

    private String describeDamage(String finding) {
        return file
                + " is damaged. To restore it: stop Orrery, move it away together with its -wal and"
                + " -shm files, and copy the last backup to its place; without one, try"
                + " `sqlite3 DAMAGED .recover | sqlite3 NEW`. "
                + finding;
    }
}
