package dev.orrery.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The page and the example of the configuration say what the table of keys says. */
final class ConfigurationDocumentTest {

    @TempDir Path folder;

    @BeforeAll
    static void rewrite() {
        if (Boolean.getBoolean("rewrite")) {
            ConfigurationDocument.write(ConfigurationDocument.PAGE, ConfigurationDocument.page());
            ConfigurationDocument.write(
                    ConfigurationDocument.EXAMPLE, ConfigurationDocument.example());
        }
    }

    @Test
    void page_isGeneratedFromTheKeys() throws IOException {
        assertThat(Files.readString(ConfigurationDocument.PAGE))
                .isEqualTo(ConfigurationDocument.page());
    }

    @Test
    void example_isGeneratedFromTheKeys() throws IOException {
        assertThat(Files.readString(ConfigurationDocument.EXAMPLE))
                .isEqualTo(ConfigurationDocument.example());
    }

    @Test
    void exampleAsItStandsAndWithoutItsComments_givesTheDefaults() throws IOException {
        String text = ConfigurationDocument.example();
        String uncommented =
                text.lines()
                        .map(line -> line.replaceFirst("^( +)#(?=\\w)", "$1"))
                        .collect(Collectors.joining("\n"));

        assertThat(read(text)).isEqualTo(SettingsReader.of(Map.of()));
        assertThat(read(uncommented)).isEqualTo(SettingsReader.of(Map.of()));
    }

    private Settings read(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("orrery.yaml"), text);
        return SettingsReader.read(Optional.of(file), Map.of(), Map.of());
    }
}
