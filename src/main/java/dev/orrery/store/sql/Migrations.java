package dev.orrery.store.sql;

import dev.orrery.store.StoreException;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/** The numbered scripts that bring a database of any earlier version to this program's. */
public final class Migrations {

    private final String folder;
    private final List<String> scripts;

    /**
     * The scripts of an engine.
     *
     * @param folder below {@code /db}
     * @param scripts their names in order
     */
    public Migrations(String folder, List<String> scripts) {
        this.folder = folder;
        this.scripts = List.copyOf(scripts);
    }

    /**
     * Runs what is missing, each script in a transaction of its own.
     *
     * @param store what people call the database
     */
    public void run(Session session, String store, Faults faults)
            throws SQLException, StoreException {
        run(session, store, scripts.size(), faults);
    }

    /** As above, up to a version, for what was written then. */
    public void run(Session session, String store, int wanted, Faults faults)
            throws SQLException, StoreException {
        session.run(
                "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL PRIMARY KEY)");
        int version = version(session);
        if (Math.max(version, wanted) > scripts.size()) {
            throw faults.broken(
                    store
                            + " was written by a newer Orrery (its schema is version "
                            + Math.max(version, wanted)
                            + ", this program knows "
                            + scripts.size()
                            + "): start that version, or restore a backup of this one");
        }
        for (int next = version + 1; next <= wanted; next++) {
            session.begin();
            try {
                for (String statement : statements(scripts.get(next - 1))) {
                    session.run(statement);
                }
                session.run("INSERT INTO schema_version (version) VALUES (" + next + ")");
                session.commit();
            } catch (SQLException e) {
                session.rollback(e);
                throw e;
            }
        }
    }

    /** The version that the scripts lead to. */
    public int latest() {
        return scripts.size();
    }

    private static int version(Session session) throws SQLException {
        try (ResultSet found =
                session.prepare("SELECT coalesce(max(version), 0) FROM schema_version")
                        .executeQuery()) {
            return found.next() ? found.getInt(1) : 0;
        }
    }

    /** A script's statements: each ends with a semicolon at the end of a line. */
    private List<String> statements(String script) {
        String path = "/db/" + folder + "/" + script;
        try (InputStream stream = Migrations.class.getResourceAsStream(path)) {
            if (stream == null) {
                throw new IllegalStateException("the program lacks its script " + path);
            }
            String text = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            return List.of(text.strip().split(";\\R+|;$"));
        } catch (IOException e) {
            throw new UncheckedIOException("a script of the program cannot be read: " + path, e);
        }
    }
}
