package dev.orrery;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orrery.config.Settings;
import dev.orrery.config.SettingsReader;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;

/** What the operator is told before a restoration that would not do what he means. */
final class StoreUpkeepTest {

    @TempDir private Path directory;

    @Test
    void bytesThatBelongElsewhere_areNotUnpackedWhereNobodyLooks() {
        Path shared = directory.resolve("shared");
        Settings settings =
                SettingsReader.of(
                        Map.of(
                                "server.data",
                                directory.resolve("data").toString(),
                                "blobs.directory",
                                shared.toString()));

        assertThatThrownBy(() -> new StoreUpkeep().restore(InputStream.nullInputStream(), settings))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("blobs.directory")
                .hasMessageContaining("data/blobs")
                .hasMessageContaining(shared.toString());
    }
}
