package dev.orrery.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.nio.file.spi.FileSystemProvider;
import java.util.ServiceLoader;

/** Components by class name. */
final class ComponentLoaderTest {

    @Test
    void registeredClass_isFound() {
        String name =
                ServiceLoader.load(FileSystemProvider.class).iterator().next().getClass().getName();

        FileSystemProvider found = ComponentLoader.find(FileSystemProvider.class, name);

        assertThat(found.getClass().getName()).isEqualTo(name);
    }

    @Test
    void otherClass_isRefusedWithTheKnownOnes() {
        assertThatThrownBy(() -> ComponentLoader.find(FileSystemProvider.class, "a.B"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("no FileSystemProvider is registered as a.B; known are [");
    }
}
