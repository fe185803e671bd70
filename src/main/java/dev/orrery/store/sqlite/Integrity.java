package dev.orrery.store.sqlite;

import dev.orrery.store.StoreException;
import dev.orrery.store.sql.Faults;
import dev.orrery.store.sql.Session;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/**
 * The check of a database file before it is used.
 *
 * <p>A small file is checked whole, by {@code PRAGMA quick_check}. A larger one would delay the
 * start by seconds: there the length of the file and the small tables are checked, and damage to
 * events is found by their checksums when they are loaded.
 */
final class Integrity {

    /** About half a second of checking. */
    private static final long WHOLE_CHECK_BYTES_MAX = 256L * 1024 * 1024;

    private static final List<String> SMALL_TABLES =
            List.of("schema_version", "leader", "numbers", "draining", "tokens", "secrets");

    private Integrity() {}

    static void check(Session session, Path file, Faults faults)
            throws SQLException, StoreException, IOException {
        session.run("PRAGMA wal_checkpoint(TRUNCATE)");
        long expected = session.number("PRAGMA page_count") * session.number("PRAGMA page_size");
        long size = Files.size(file);
        if (size < expected) {
            throw faults.damaged("It has " + size + " bytes of " + expected + ".");
        }
        if (size <= WHOLE_CHECK_BYTES_MAX) {
            quickCheck(session, "PRAGMA quick_check(1)", faults);
            return;
        }
        for (String table : SMALL_TABLES) {
            quickCheck(session, "PRAGMA quick_check('" + table + "')", faults);
        }
    }

    private static void quickCheck(Session session, String pragma, Faults faults)
            throws SQLException, StoreException {
        try (ResultSet finding = session.prepare(pragma).executeQuery()) {
            if (finding.next() && !finding.getString(1).equals("ok")) {
                throw faults.damaged("The check says: " + finding.getString(1));
            }
        }
    }
}
