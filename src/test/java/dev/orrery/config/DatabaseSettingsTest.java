package dev.orrery.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The database that masters share, and the example of it that we ship. */
final class DatabaseSettingsTest {

    private static final Path EXAMPLE = Path.of("conf/ha.yaml");
    private static final String LOCAL = "jdbc:postgresql://127.0.0.1:5432/orrery";
    private static final String REMOTE = "jdbc:postgresql://db1.example:5432,db2.example/orrery";

    @TempDir Path folder;
    private Path password;
    private Path authority;

    @BeforeEach
    void makeFiles() throws IOException {
        password = Files.writeString(folder.resolve("password"), "secret\n");
        Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
        authority = Files.writeString(folder.resolve("ca.pem"), "");
    }

    @Test
    void nothing_isSetByDefault() {
        Settings settings = SettingsReader.of(Map.of());

        assertThat(settings.storage().database()).isEmpty();
        assertThat(settings.leadership())
                .isEqualTo(new Settings.Leadership(Duration.ofSeconds(4), Duration.ofSeconds(1)));
    }

    @Test
    void example_isAWorkingConfiguration() throws IOException {
        String text =
                Files.readString(EXAMPLE)
                        .replace("/etc/orrery/database.password", password.toString())
                        .replace("/etc/orrery/database-ca.pem", authority.toString());

        assertThat(read(text).storage().database())
                .contains(
                        new Settings.Database(
                                LOCAL, "orrery", Optional.of(password), Optional.empty()));
        assertThat(read(text.replace("#rootCert", "rootCert")).storage().database())
                .contains(
                        new Settings.Database(
                                LOCAL, "orrery", Optional.of(password), Optional.of(authority)));
    }

    @Test
    void serverBeyondLoopback_needsItsAuthority() {
        assertThatThrownBy(() -> SettingsReader.of(Map.of("storage.url", REMOTE)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("db1.example, db2.example")
                .hasMessageContaining("storage.rootCert");

        Settings.Database database =
                SettingsReader.of(
                                Map.of(
                                        "storage.url",
                                        REMOTE,
                                        "storage.rootCert",
                                        authority.toString()))
                        .storage()
                        .database()
                        .orElseThrow();
        assertThat(database.hosts()).containsExactly("db1.example", "db2.example");
        assertThat(database.isLocal()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:postgresql://localhost/orrery?password=secret",
                "jdbc:postgresql://db.example/orrery?sslmode=disable",
                "jdbc:postgresql://orrery:secret@localhost/orrery",
                "jdbc:sqlite:/tmp/x",
                "postgres://localhost/orrery"
            })
    void addressWithMoreThanAPlace_isRefused(String url) {
        assertThatThrownBy(() -> SettingsReader.of(Map.of("storage.url", url)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("storage.url")
                .hasMessageNotContaining("secret");
    }

    @Test
    void passwordThatOthersMayRead_isRefused() throws IOException {
        Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-r-----"));

        assertThatThrownBy(() ->
                        SettingsReader.of(
                                Map.of(
                                        "storage.url",
                                        LOCAL,
                                        "storage.passwordFile",
                                        password.toString())))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("chmod 600");
    }

    @Test
    void leaseShorterThanThreeRenewals_isRefused() {
        assertThatThrownBy(() -> SettingsReader.of(Map.of("leadership.renew", "2s")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("leadership.ttl");
    }

    /** A takeover has to be over before workers give their tasks up. */
    @Test
    void leaseAsLongAsTheFence_isRefused_whereMastersShareADatabase() {
        Map<String, String> slow = Map.of("leadership.ttl", "22s", "leadership.renew", "1s");
        assertThat(SettingsReader.of(slow).leadership().silence())
                .isEqualTo(Duration.ofSeconds(24));
        Map<String, String> shared = new TreeMap<>(slow);
        shared.put("storage.url", LOCAL);

        assertThatThrownBy(() -> SettingsReader.of(shared))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("leadership.ttl")
                .hasMessageContaining("24s of scheduling.fence");
    }

    private Settings read(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("ha.yaml"), text);
        return SettingsReader.read(Optional.of(file), Map.of(), Map.of());
    }
}
