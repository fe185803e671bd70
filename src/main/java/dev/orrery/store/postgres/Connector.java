package dev.orrery.store.postgres;

import dev.orrery.config.Settings;
import dev.orrery.store.sql.Session;

import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.jdbc.GSSEncMode;

import java.io.IOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Opens connections to the one server, each with the bounds of its use. The password stays in here.
 *
 * <p>Every wait has two ends: the server's time-outs answer in order, and the socket's, a little
 * later, notice that no answer comes.
 */
final class Connector {

    private static final Duration CONNECT = Duration.ofSeconds(2);

    private final Settings.Database settings;
    private final String password;

    private Connector(Settings.Database settings, String password) {
        this.settings = settings;
        this.password = password;
    }

    /** A connector that has read the password's file. */
    static Connector of(Settings.Database settings) throws IOException {
        String password =
                settings.passwordFile().isPresent()
                        ? Files.readString(settings.passwordFile().get()).strip()
                        : "";
        return new Connector(settings, password);
    }

    /** What people call the database. */
    String name() {
        return settings.url();
    }

    Session open(Use use) throws SQLException {
        Connection connection = dataSource(use).getConnection();
        try {
            Session session = new Session(connection, PostgresDialect.INSTANCE);
            session.run(use.preparation());
            return session;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** Opens a connection within a transaction that sees the state of this moment. */
    Connection snapshot() throws SQLException {
        Connection connection = dataSource(Use.COPY).getConnection();
        try (Statement first = connection.createStatement()) {
            connection.setReadOnly(true);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            connection.setAutoCommit(false);
            first.executeQuery("SELECT epoch FROM leader").close();
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** Opens a session within a transaction that fills the tables. */
    Session filler() throws SQLException {
        Session session = open(Use.COPY);
        session.connection().setAutoCommit(false);
        return session;
    }

    private PGSimpleDataSource dataSource(Use use) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setURL(settings.url());
        source.setUser(settings.user());
        source.setPassword(password);
        source.setApplicationName(use.applicationName());
        source.setOptions(use.options());
        source.setConnectTimeout((int) CONNECT.toSeconds());
        source.setSocketTimeout((int) use.answer.toSeconds());
        source.setTcpKeepAlive(true);
        source.setTargetServerType("primary");
        source.setDefaultRowFetchSize(Use.ROWS_FETCHED);
        source.setSocketFactory(KeepAliveSockets.class.getName());
        source.setGssEncMode(GSSEncMode.DISABLE.value);
        secure(source);
        return source;
    }

    /** Beyond loopback the settings were refused without a certificate to check against. */
    private void secure(PGSimpleDataSource source) {
        if (settings.rootCert().isPresent()) {
            source.setSslMode("verify-full");
            source.setSslRootCert(settings.rootCert().get().toString());
        } else if (settings.isLocal()) {
            source.setSslMode("prefer");
        } else {
            throw new IllegalStateException("no connection beyond loopback without TLS");
        }
    }

    /** What a connection is for. */
    enum Use {
        /** The transactions of the leader. */
        COMMIT(Duration.ofSeconds(10), Duration.ofSeconds(2), Duration.ofSeconds(12)),
        /** The leader's row, so that a long commit delays no renewal. */
        LEASE(Duration.ofSeconds(2), Duration.ofMillis(1_500), Duration.ofSeconds(3)),
        /** Everything else. */
        READ(Duration.ofSeconds(10), Duration.ofSeconds(2), Duration.ofSeconds(12)),
        /** What lives, as a leader begins with it; a million live jobs take some seconds. */
        LOAD(Duration.ofMinutes(2), Duration.ofSeconds(2), Duration.ofSeconds(125)),
        /** The making of tables, one master after another. */
        MIGRATE(Duration.ofMinutes(5), Duration.ofMinutes(1), Duration.ofMinutes(6)),
        /** All rows, out or in, a part at a time; who takes them may be slow for a while. */
        COPY(Duration.ofMinutes(30), Duration.ofMinutes(1), Duration.ofMinutes(31));

        /** Loading goes through all that lives: not all of it at once. */
        static final int ROWS_FETCHED = 2_000;

        private static final Duration IDLE_IN_TRANSACTION = Duration.ofSeconds(3);
        private static final Duration IDLE_IN_COPY = Duration.ofMinutes(2);

        private final Duration statement;
        private final Duration lock;
        private final Duration answer;

        Use(Duration statement, Duration lock, Duration answer) {
            this.statement = statement;
            this.lock = lock;
            this.answer = answer;
        }

        String applicationName() {
            return "orrery-" + name().toLowerCase(Locale.ROOT);
        }

        /**
         * A server that is told to be less careful is told otherwise; what is stronger stays. See
         * ADR 0015.
         */
        private String preparation() {
            return "SELECT set_config('synchronous_commit', 'on', false)"
                    + " WHERE current_setting('synchronous_commit') NOT IN ('on', 'remote_apply')";
        }

        private String options() {
            List<String> options = new ArrayList<>();
            options.add("statement_timeout=" + statement.toMillis());
            options.add("lock_timeout=" + lock.toMillis());
            Duration idle = this == COPY ? IDLE_IN_COPY : IDLE_IN_TRANSACTION;
            options.add("idle_in_transaction_session_timeout=" + idle.toMillis());
            options.add("tcp_user_timeout=4000");
            options.add("tcp_keepalives_idle=1");
            options.add("tcp_keepalives_interval=1");
            options.add("tcp_keepalives_count=3");
            options.add("client_connection_check_interval=1000");
            if (this == COMMIT || this == LOAD) {
                // Plans are kept, and the tables grow: a plan for empty ones must not be kept.
                options.add("enable_seqscan=off");
                options.add("enable_hashjoin=off");
                options.add("enable_mergejoin=off");
                options.add("jit=off");
            }
            return "-c " + String.join(" -c ", options);
        }
    }
}
