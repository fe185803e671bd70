package dev.orrery.store.postgres;

import dev.orrery.config.Settings;
import dev.orrery.store.FileLogFiles;
import dev.orrery.store.StoreException;
import dev.orrery.store.StoreException.Kind;
import dev.orrery.store.backup.EmptyDatabase;
import dev.orrery.store.replica.SqlCopies;
import dev.orrery.store.sql.Session;

import java.io.IOException;
import java.sql.SQLException;
import java.util.UUID;

/** A database of a PostgreSQL that is filled from a backup. */
public final class PostgresTables implements EmptyDatabase {

    private static final String TABLE =
            "SELECT count(*) FROM information_schema.tables"
                    + " WHERE table_schema = current_schema() AND table_name = 'leader'";
    private static final String USED =
            "SELECT (SELECT epoch FROM leader) + (SELECT count(*) FROM tokens)"
                    + " + (SELECT count(*) FROM jobs)";

    private final Connector connector;
    private final PostgresFaults faults;

    private PostgresTables(Connector connector) {
        this.connector = connector;
        this.faults = new PostgresFaults(connector.name());
    }

    /** The database that the settings name. */
    public static PostgresTables of(Settings.Database database) throws IOException {
        return new PostgresTables(Connector.of(database));
    }

    @Override
    public void create(String engine, int schema) throws StoreException {
        boolean own = engine.equals("PostgreSQL");
        try (Session session = connector.open(Connector.Use.MIGRATE)) {
            ServerCheck.check(session, connector.name(), faults);
            refuseUnlessEmpty(session);
            int version = own ? schema : PostgresStore.MIGRATIONS.latest();
            PostgresStore.MIGRATIONS.run(session, "the backup", version, faults);
        } catch (SQLException e) {
            throw faults.of(e);
        }
    }

    private void refuseUnlessEmpty(Session session) throws SQLException, StoreException {
        if (session.number(TABLE) > 0 && session.number(USED) > 0) {
            throw new StoreException(
                    Kind.CONFLICT,
                    connector.name()
                            + " is not empty: create another database, and name it in storage.url");
        }
    }

    @Override
    public Session filler() throws SQLException {
        return connector.filler();
    }

    @Override
    public void migrate() throws StoreException {
        PostgresStore.prepare(connector);
    }

    /** The planner knows nothing yet of tables that were filled at once. */
    @Override
    public void complete(UUID master, FileLogFiles logs) throws StoreException, IOException {
        try (Session session = filler()) {
            SqlCopies.addAll(session, master.toString(), logs);
            session.run("ANALYZE");
            session.connection().commit();
        } catch (SQLException e) {
            throw faults.of(e);
        }
    }
}
