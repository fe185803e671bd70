package dev.orrery.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orrery.cli.CommandException;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Which server is asked, and which token it is shown. */
final class ConnectionTest {

    @TempDir Path data;

    @BeforeEach
    void write() throws IOException {
        Files.writeString(data.resolve("admin.token"), "orr_own\n");
        Files.writeString(data.resolve("endpoint.json"), "{\"uri\":\"http://127.0.0.1:1\"}");
    }

    @Test
    void flag_winsOverVariableOverDirectory() {
        Map<String, String> variable = Map.of("ORRERY_SERVER", "http://localhost:2/");

        assertThat(endpoint(Optional.of("127.0.0.1:3,localhost:4"), variable).servers())
                .containsExactly(
                        URI.create("http://127.0.0.1:3"), URI.create("http://localhost:4"));
        assertThat(endpoint(Optional.empty(), variable).servers())
                .containsExactly(URI.create("http://localhost:2"));
        assertThat(endpoint(Optional.empty(), Map.of()).servers())
                .containsExactly(URI.create("http://127.0.0.1:1"));
    }

    @Test
    void ownToken_goesToLoopbackAndNoFurther() {
        assertThat(endpoint(Optional.empty(), Map.of()).token()).contains("orr_own");
        assertThat(endpoint(Optional.of("http://localhost:9"), Map.of()).token())
                .contains("orr_own");
        assertThat(endpoint(Optional.of("https://a.example"), Map.of()).token()).isEmpty();
    }

    @Test
    void tokenBeyondLoopback_goesOverTlsOnly() {
        Map<String, String> token = Map.of("ORRERY_TOKEN", "orr_t");

        assertThat(endpoint(Optional.of("https://a.example"), token).token()).contains("orr_t");
        assertThatThrownBy(() -> endpoint(Optional.of("http://a.example"), token))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("in the clear");
    }

    @Test
    void endpoint_neverPrintsItsToken() {
        assertThat(endpoint(Optional.empty(), Map.of()).toString()).doesNotContain("orr_own");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://a", "http://", "http://a/path", "http:// a"})
    void textThatIsNoServer_isRefused(String text) {
        assertThatThrownBy(() -> endpoint(Optional.of(text), Map.of()))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("a server is written");
    }

    private Endpoint endpoint(Optional<String> named, Map<String, String> environment) {
        return new Connection(data, named, Optional.empty(), Optional.empty(), environment)
                .endpoint()
                .orElseThrow();
    }
}
