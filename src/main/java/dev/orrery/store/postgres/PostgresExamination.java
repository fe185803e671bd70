package dev.orrery.store.postgres;

import dev.orrery.config.Settings;
import dev.orrery.model.health.Finding;
import dev.orrery.store.StoreException;
import dev.orrery.store.sql.Session;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A look at a shared PostgreSQL, in use or not, that changes nothing. */
public final class PostgresExamination {

    private static final Duration APART_MAX = Duration.ofSeconds(1);

    private static final String SCHEMA = "SELECT coalesce(max(version), 0) FROM schema_version";
    private static final String LEADER =
            "SELECT 'epoch ' || epoch || CASE WHEN lease_until > now()"
                    + " THEN ', led from ' || data_uri ELSE ', nobody leads now' END FROM leader";
    private static final String MASTERS =
            "SELECT data_uri FROM masters WHERE seen_at > now() - interval '10 seconds'"
                    + " ORDER BY id";

    private final Settings.Database database;
    private final List<Finding> findings = new ArrayList<>();

    private PostgresExamination(Settings.Database database) {
        this.database = database;
    }

    /** What was found. */
    public static List<Finding> of(Settings.Database database) {
        PostgresExamination examination = new PostgresExamination(database);
        examination.examine();
        return examination.findings;
    }

    private void examine() {
        try {
            Connector connector = Connector.of(database);
            try (Session session = connector.open(Connector.Use.READ)) {
                findings.add(Finding.ok("store.server", database.url() + " answers"));
                server(connector, session);
                care(session);
                clock(session);
                tables(session);
            }
        } catch (IOException e) {
            findings.add(
                    Finding.fail(
                            "store.server",
                            "the password cannot be read: " + e,
                            "correct storage.passwordFile; it must be readable here"));
        } catch (SQLException e) {
            findings.add(
                    Finding.fail(
                            "store.server",
                            database.url() + ": " + e.getMessage(),
                            "see that it runs, that storage.url, storage.user and"
                                + " storage.passwordFile are right, and that pg_hba.conf lets us"
                                + " in"));
        }
    }

    private void server(Connector connector, Session session) throws SQLException {
        try {
            ServerCheck.check(session, connector.name(), new PostgresFaults(connector.name()));
        } catch (StoreException e) {
            findings.add(
                    Finding.fail("store.version", String.valueOf(e.getMessage()), "as it says"));
        }
    }

    /** Settings of the server without which an acknowledged commit may be lost. */
    private void care(Session session) throws SQLException {
        for (String setting : List.of("fsync", "full_page_writes")) {
            String value = text(session, "SELECT current_setting('" + setting + "')");
            findings.add(
                    value.equals("off")
                            ? Finding.fail(
                                    "store.durable",
                                    setting + " is off: a crash loses what was acknowledged",
                                    "ALTER SYSTEM SET "
                                            + setting
                                            + " = on; SELECT pg_reload_conf()")
                            : Finding.ok("store.durable", setting + " is " + value));
        }
        String commit =
                text(
                        session,
                        "SELECT reset_val FROM pg_settings WHERE name = 'synchronous_commit'");
        findings.add(
                commit.equals("off")
                        ? Finding.warn(
                                "store.durable",
                                "synchronous_commit is off; we set it to on for ourselves",
                                "ALTER SYSTEM SET synchronous_commit = on; SELECT pg_reload_conf()")
                        : Finding.ok("store.durable", "synchronous_commit is " + commit));
    }

    private void clock(Session session) throws SQLException {
        Instant before = Instant.now();
        String micros =
                text(session, "SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint");
        Duration round = Duration.between(before, Instant.now());
        Instant there = Instant.ofEpochMilli(Long.parseLong(micros));
        Duration apart = Duration.between(before.plus(round.dividedBy(2)), there);
        boolean far = apart.abs().minus(round).compareTo(APART_MAX) > 0;
        String what = "the database's is " + apart.toMillis() + " ms ahead of ours";
        findings.add(
                far
                        ? Finding.warn(
                                "clock.database",
                                what,
                                "have one service keep both; leases run by the database's alone")
                        : Finding.ok("clock.database", what));
    }

    private void tables(Session session) throws SQLException {
        String there =
                text(session, "SELECT count(*) FROM pg_tables WHERE tablename = 'schema_version'");
        if (there.equals("0")) {
            findings.add(Finding.ok("store.schema", "none yet; the first master makes it"));
            return;
        }
        long version = session.number(SCHEMA);
        int known = PostgresStore.MIGRATIONS.latest();
        findings.add(
                version > known
                        ? Finding.fail(
                                "store.schema",
                                "version " + version + ", this program knows " + known,
                                "start the newer Orrery that wrote it, or restore a backup of this"
                                        + " one")
                        : Finding.ok("store.schema", "version " + version));
        findings.add(Finding.ok("store.leader", text(session, LEADER)));
        List<String> masters = session.select(MASTERS, List.of(), row -> row.getString(1));
        findings.add(
                Finding.ok(
                        "store.masters",
                        masters.isEmpty() ? "none lives" : String.join(", ", masters)));
    }

    private static String text(Session session, String sql) throws SQLException {
        return session.select(sql, List.of(), row -> String.valueOf(row.getString(1))).stream()
                .findFirst()
                .orElse("");
    }
}
