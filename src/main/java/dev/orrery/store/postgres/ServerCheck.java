package dev.orrery.store.postgres;

import dev.orrery.store.StoreException;
import dev.orrery.store.sql.Session;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.sql.SQLException;
import java.util.List;

/** The look at a server's own settings before it is trusted. */
final class ServerCheck {

    private static final Logger LOG = LoggerFactory.getLogger(ServerCheck.class);

    private static final int VERSION_MIN = 14;

    private ServerCheck() {}

    /** Refuses what cannot work, and warns of what loses data. */
    static void check(Session session, String name, PostgresFaults faults)
            throws SQLException, StoreException {
        long version = Long.parseLong(setting(session, "server_version_num")) / 10_000;
        if (version < VERSION_MIN) {
            throw faults.broken(
                    name
                            + " is PostgreSQL "
                            + version
                            + ": upgrade it to "
                            + VERSION_MIN
                            + " or later");
        }
        String encoding = setting(session, "server_encoding");
        if (!encoding.equals("UTF8")) {
            throw faults.broken(
                    name
                            + " has the encoding "
                            + encoding
                            + ": create it again with ENCODING 'UTF8'");
        }
        for (String careless : List.of("fsync", "full_page_writes")) {
            if (setting(session, careless).equals("off")) {
                LOG.atWarn()
                        .addKeyValue("database", name)
                        .log(
                                "{}=off: THIS SERVER LOSES OR DAMAGES WHAT WAS ACKNOWLEDGED when"
                                        + " its machine fails; set it to on",
                                careless);
            }
        }
    }

    private static String setting(Session session, String key) throws SQLException {
        return session.select("SELECT current_setting(?)", List.of(key), row -> row.getString(1))
                .getFirst();
    }
}
