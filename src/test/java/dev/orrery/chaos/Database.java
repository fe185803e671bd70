package dev.orrery.chaos;

import static org.awaitility.Awaitility.await;

import dev.orrery.endtoend.Certificates;
import dev.orrery.store.postgres.PostgresServer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A PostgreSQL that masters share, and that writes down by itself who began to lead and who
 * committed; on loopback, or on this machine's address in a network and then encrypted.
 */
final class Database implements AutoCloseable {
    private static final String NAME = "orrery";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** What the connection of a leader calls itself on which it commits. */
    private static final String COMMITS = "orrery-commit";

    private static final String ACCESS =
            """
            host all all 127.0.0.1/32 scram-sha-256
            hostssl all all 0.0.0.0/0 scram-sha-256
            """;

    /** A commit holds the leader's row, so that the epoch it reads is that in which it commits. */
    private static final String NOTES =
            """
            CREATE TABLE chaos_epochs (
                id bigserial PRIMARY KEY, at timestamptz DEFAULT clock_timestamp(),
                epoch bigint, data_uri text);
            CREATE TABLE chaos_commits (
                id bigserial PRIMARY KEY, epoch bigint, data_uri text, client text, use text);
            CREATE FUNCTION chaos_epoch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF NEW.epoch <> OLD.epoch THEN
                    INSERT INTO chaos_epochs (epoch, data_uri) VALUES (NEW.epoch, NEW.data_uri);
                END IF; RETURN NULL; END $$;
            CREATE FUNCTION chaos_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                INSERT INTO chaos_commits (epoch, data_uri, client, use)
                    SELECT epoch, data_uri, host(inet_client_addr()),
                        current_setting('application_name') FROM leader;
                RETURN NULL; END $$;
            CREATE TRIGGER chaos_epoch AFTER UPDATE ON leader
                FOR EACH ROW EXECUTE FUNCTION chaos_epoch();
            CREATE TRIGGER chaos_commit AFTER INSERT ON events
                FOR EACH STATEMENT EXECUTE FUNCTION chaos_commit();
            INSERT INTO chaos_epochs (epoch, data_uri) SELECT epoch, data_uri FROM leader;
            """;

    private final PostgresServer server;
    private final String host;
    private final Optional<Certificates> certificates;

    private Database(PostgresServer server, String host, Optional<Certificates> certificates) {
        this.server = server;
        this.host = host;
        this.certificates = certificates;
    }

    static Database onLoopback(Path directory) {
        try {
            return made(
                    new Database(PostgresServer.start(directory), "127.0.0.1", Optional.empty()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** On the address of this machine in the network. */
    static Database onNetwork(Path directory, Network network, int port, Certificates shown) {
        try {
            Path access =
                    Files.writeString(Files.createDirectories(directory).resolve("hba"), ACCESS);
            List<String> options =
                    List.of(
                            "listen_addresses=127.0.0.1," + network.here(),
                            "hba_file=" + access,
                            "ssl=on",
                            "ssl_cert_file=" + shown.flags().get(1),
                            "ssl_key_file=" + shown.flags().get(3));
            return made(
                    new Database(
                            PostgresServer.start(directory, port, options),
                            network.here(),
                            Optional.of(shown)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Database made(Database database) {
        try {
            database.server.createDatabase(NAME);
            return database;
        } catch (SQLException e) {
            database.close();
            throw new IllegalStateException(e);
        }
    }

    PostgresServer server() {
        return server;
    }

    /** Ends all its processes at once. */
    void kill() {
        try {
            server.kill();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts it again, once nothing of its last life holds its memory any more. */
    void start() {
        await("PostgreSQL")
                .atMost(PATIENCE)
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> {
                    server.start();
                    return true;
                });
    }

    /** What a master has to be told. */
    String settings() {
        return "storage: {url: 'jdbc:postgresql://"
                + host
                + ":"
                + server.port()
                + "/"
                + NAME
                + "', user: "
                + server.user()
                + ", passwordFile: "
                + server.passwordFile()
                + certificates.map(it -> ", rootCert: " + it.authority()).orElse("")
                + "}\n";
    }

    /** Begins to write down, once a master has made the tables. */
    void watch() {
        try {
            server.execute(NAME, NOTES);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Who leads now, by where it serves. */
    String leader() {
        return query("SELECT data_uri FROM leader WHERE lease_until > now()").stream()
                .findFirst()
                .map(row -> row.getFirst())
                .orElse("");
    }

    long epoch() {
        return Long.parseLong(query("SELECT epoch FROM leader").getFirst().getFirst());
    }

    /** Whether a transaction of that master is open, and the next word is the master's. */
    boolean isWaitingFor(Host master) {
        return !query(
                        ("SELECT pid FROM pg_stat_activity WHERE application_name = '%s' AND"
                                        + " client_addr = '%s' AND state = 'idle in transaction'")
                                .formatted(COMMITS, master.address()))
                .isEmpty();
    }

    /** How many masters were heard of within two seconds. */
    int masters() {
        return query("SELECT id FROM masters WHERE seen_at > now() - interval '2 s'").size();
    }

    /**
     * A point in what was written down.
     *
     * @param epochs how many epochs had begun before the one that it lies in
     */
    record Mark(long epochs, long commits) {
        static final Mark BEGINNING = new Mark(0, 0);
    }

    /** This point. */
    Mark mark() {
        return new Mark(
                number("SELECT coalesce(max(id), 1) - 1 FROM chaos_epochs"),
                number("SELECT coalesce(max(id), 0) FROM chaos_commits"));
    }

    private long number(String sql) {
        return Long.parseLong(query(sql).getFirst().getFirst());
    }

    /** What it wrote down since, beginning with the epoch that was then. */
    List<Fact> facts(Mark since) {
        List<Fact> facts = new ArrayList<>(epochs(since));
        query(
                        "SELECT id, epoch, data_uri, client, use FROM chaos_commits WHERE id > "
                                + since.commits()
                                + " ORDER BY id")
                .forEach(row ->
                        facts.add(
                                new Fact.Committed(
                                        Long.parseLong(row.get(0)),
                                        Long.parseLong(row.get(1)),
                                        committer(row.get(2), row.get(3), row.get(4)))));
        return facts;
    }

    /** Who began to lead since, and before them who led then. */
    List<Fact.Led> epochs(Mark since) {
        String nanos = "(extract(epoch FROM at) * 1000000)::bigint * 1000";
        return query(
                        "SELECT "
                                + nanos
                                + ", epoch, data_uri FROM chaos_epochs WHERE id > "
                                + since.epochs()
                                + " ORDER BY id")
                .stream()
                .map(row ->
                        new Fact.Led(
                                Long.parseLong(row.get(0)), Long.parseLong(row.get(1)), row.get(2)))
                .toList();
    }

    /**
     * The leader when it came from there and on the connection for that, else from where it came;
     * loopback tells none apart.
     */
    private static String committer(String leader, String client, String use) {
        boolean isLeader = URI.create(leader).getHost().equals(client) && use.equals(COMMITS);
        return isLeader ? leader : client + " as " + use;
    }

    private List<List<String>> query(String sql) {
        try (Connection connection = server.connect(NAME);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<List<String>> all = new ArrayList<>();
            while (rows.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    row.add(rows.getString(i));
                }
                all.add(row);
            }
            return all;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
