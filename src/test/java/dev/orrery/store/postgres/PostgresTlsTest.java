package dev.orrery.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orrery.config.Settings;
import dev.orrery.endtoend.Certificates;
import dev.orrery.store.StoreException;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** A server that takes encrypted connections only, with a certificate for 127.0.0.1. */
final class PostgresTlsTest {

    private static final String DATABASE = "tls";
    private static final String SESSIONS =
            """
            SELECT count(*), count(*) FILTER (WHERE ssl) FROM pg_stat_ssl
            JOIN pg_stat_activity USING (pid)
            WHERE datname = 'tls' AND pid <> pg_backend_pid()
            """;

    @TempDir private static Path folder;
    private static Certificates certificates;
    private static PostgresServer server;

    @TempDir private Path data;

    @BeforeAll
    static void start() throws Exception {
        certificates = Certificates.make(folder.resolve("own"), "127.0.0.1");
        Path access =
                Files.writeString(
                        folder.resolve("hba"), "hostssl all all 127.0.0.1/32 scram-sha-256\n");
        server =
                PostgresServer.start(
                        folder.resolve("server"),
                        freePort(),
                        List.of(
                                "hba_file=" + access,
                                "ssl=on",
                                "ssl_cert_file=" + certificates.flags().get(1),
                                "ssl_key_file=" + certificates.flags().get(3)));
        server.createDatabase(DATABASE);
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    @Test
    void certificateOfTheNamedAuthorityForTheAddress_isTrusted() throws Exception {
        try (PostgresStore store = open(server.url(DATABASE), certificates.authority())) {
            assertThat(store.leaderRow().term().epoch()).isZero();

            try (Connection other = server.connect(DATABASE);
                    Statement statement = other.createStatement();
                    ResultSet sessions = statement.executeQuery(SESSIONS)) {
                assertThat(sessions.next()).isTrue();
                assertThat(sessions.getInt(1)).isPositive().isEqualTo(sessions.getInt(2));
            }
        }
    }

    @Test
    void certificateOfAnotherAuthority_isRefused() {
        Path other = Certificates.make(folder.resolve("other"), "127.0.0.1").authority();

        assertThatThrownBy(() -> open(server.url(DATABASE), other))
                .isInstanceOf(StoreException.class)
                .hasStackTraceContaining("SSL error")
                .hasMessageNotContaining("secret");
    }

    @Test
    void certificateForAnotherAddress_isRefused() {
        String byName = server.url(DATABASE).replace("127.0.0.1", "localhost");

        assertThatThrownBy(() -> open(byName, certificates.authority()))
                .isInstanceOf(StoreException.class)
                .hasStackTraceContaining("localhost");
    }

    private PostgresStore open(String url, Path authority) throws StoreException {
        Settings.Database settings =
                new Settings.Database(
                        url,
                        server.user(),
                        Optional.of(server.passwordFile()),
                        Optional.of(authority));
        return PostgresStore.open(data, settings, Duration.ofHours(24), InstantSource.system());
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
