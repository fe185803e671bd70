package dev.orrery.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** What nodes of one machine leave for each other. */
final class ClusterFileTest {
    private static final Duration WAIT = Duration.ofMillis(100);

    @TempDir private Path data;

    @Test
    void missingFile_hasTheDefaultNameAndNoMembers() throws IOException {
        try (ClusterFile file = ClusterFile.lock(data, WAIT)) {
            assertThat(file.name()).isEqualTo("orrery");
            assertThat(file.liveMembers()).isEmpty();
        }
    }

    @Test
    void memberThatDoesNotAnswer_isForgotten() throws IOException {
        try (ServerSocket open = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ClusterFile file = ClusterFile.lock(data, WAIT)) {
            String live = "127.0.0.1:" + open.getLocalPort();
            file.add("127.0.0.1:1", List.of(live, "not an address"));

            assertThat(file.liveMembers()).containsExactly(live);
        }
    }

    @Test
    void nameInTheFile_isKept() throws IOException {
        Files.writeString(data.resolve("cluster.json"), "{\"name\": \"mine\"}");

        try (ClusterFile file = ClusterFile.lock(data, WAIT)) {
            file.add("127.0.0.1:1", List.of());
            assertThat(file.name()).isEqualTo("mine");
        }
    }

    @Test
    void damagedFile_isNamed() throws IOException {
        Files.writeString(data.resolve("cluster.json"), "[");

        try (ClusterFile file = ClusterFile.lock(data, WAIT)) {
            assertThatThrownBy(file::name)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("cluster.json is damaged");
        }
    }

    @Test
    void heldLock_isWaitedForOnlySoLong() throws IOException {
        try (ClusterFile held = ClusterFile.lock(data, WAIT)) {
            assertThatThrownBy(() -> ClusterFile.lock(data, WAIT))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("cluster.lock");
            assertThat(held.liveMembers()).isEmpty();
        }
        ClusterFile.lock(data, WAIT).close();
    }
}
