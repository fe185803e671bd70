package dev.orrery.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.model.Resources;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Each record twice: with its defaults, and with every key set to something else. */
final class SettingsTest {

    private static final Settings DEFAULTS = SettingsReader.of(Map.of());

    @TempDir Path folder;

    @Test
    void server_hasItsDefaults() {
        assertThat(DEFAULTS.server())
                .isEqualTo(
                        new Settings.Server(
                                Path.of(System.getProperty("user.home"), ".orrery"),
                                "127.0.0.1",
                                9092,
                                Optional.empty(),
                                List.of(),
                                List.of(),
                                Duration.ofSeconds(10)));
    }

    @Test
    void server_isReadWhole() throws IOException {
        Path cert = pem("cert.pem");
        Path key = pem("key.pem");
        Path authority = pem("ca.pem");

        Settings settings =
                read(
                        """
                        server:
                          data: %s/data
                          host: 0.0.0.0
                          port: 8443
                          tls: {cert: %s, key: %s, ca: %s}
                          hosts: [a.example, "b.example:8443"]
                          origins: ["https://c.example"]
                          drainTimeout: 1m30s
                        """
                                .formatted(folder, cert, key, authority));

        assertThat(settings.server())
                .isEqualTo(
                        new Settings.Server(
                                folder.resolve("data"),
                                "0.0.0.0",
                                8443,
                                Optional.of(new Settings.Tls(cert, key, authority)),
                                List.of("a.example", "b.example:8443"),
                                List.of("https://c.example"),
                                Duration.ofSeconds(90)));
    }

    @Test
    void cluster_hasItsDefaults() {
        assertThat(DEFAULTS.cluster())
                .isEqualTo(
                        new Settings.Cluster(
                                false, "127.0.0.1", 0, 5701, 5799, List.of(), "loopback"));
    }

    @Test
    void cluster_isReadWhole() throws IOException {
        Settings settings =
                read(
                        """
                        cluster:
                          enabled: true
                          host: localhost
                          port: 7000
                          memberPortFirst: 6001
                          memberPortLast: 6002
                          join: [127.0.0.1:6001]
                          network: private
                        """);

        assertThat(settings.cluster())
                .isEqualTo(
                        new Settings.Cluster(
                                true,
                                "localhost",
                                7000,
                                6001,
                                6002,
                                List.of("127.0.0.1:6001"),
                                "private"));
    }

    @Test
    void scheduling_hasItsDefaults() {
        Settings.Scheduling scheduling = DEFAULTS.scheduling();

        assertThat(scheduling.components())
                .containsOnlyKeys(
                        "prioritizer",
                        "queue-policy",
                        "placement",
                        "worker-pool",
                        "capacity-validator",
                        "retry-policy")
                .allSatisfy((seam, name) -> assertThat(name).startsWith("dev.orrery.scheduling."));
        assertThat(scheduling)
                .isEqualTo(
                        new Settings.Scheduling(
                                scheduling.components(),
                                Duration.ofSeconds(2),
                                Duration.ofSeconds(24),
                                Duration.ofSeconds(28),
                                Duration.ofSeconds(30),
                                1_000_000,
                                new Resources(
                                        1_024_000, 64L << 40, 1024, Collections.emptySortedMap()),
                                Duration.ofMillis(50),
                                256,
                                new Sharing(
                                        Collections.emptySortedMap(),
                                        0,
                                        Collections.emptySortedMap(),
                                        Collections.emptySortedMap(),
                                        Duration.ofSeconds(10))));
    }

    @Test
    void scheduling_isReadWhole() throws IOException {
        Settings settings =
                read(
                        """
                        scheduling:
                          components:
                            prioritizer: java.lang.String
                            queue-policy: java.lang.String
                            placement: java.lang.String
                            worker-pool: java.lang.String
                            capacity-validator: java.lang.String
                            retry-policy: java.lang.String
                          heartbeat: 200ms
                          fence: 2s
                          fenceKill: 3s
                          lease: 4s
                          queueMax: 10
                          taskMax: {cpus: 1.5, memory: 2GiB, gpus: 3, named: {fpga: 4}}
                          prefetchBelow: 1s
                          prefetchMax: 7
                          fairness: {weights: {lab-a: 2}}
                          limits:
                            namespace: 9
                            namespaces: {lab-b: 4}
                            labels: {"license=matlab": 10}
                          reservation: {after: 3s}
                        """);

        assertThat(settings.scheduling().components().values()).containsOnly("java.lang.String");
        assertThat(settings.scheduling())
                .isEqualTo(
                        new Settings.Scheduling(
                                settings.scheduling().components(),
                                Duration.ofMillis(200),
                                Duration.ofSeconds(2),
                                Duration.ofSeconds(3),
                                Duration.ofSeconds(4),
                                10,
                                new Resources(1500, 2L << 30, 3, new TreeMap<>(Map.of("fpga", 4L))),
                                Duration.ofSeconds(1),
                                7,
                                new Sharing(
                                        new TreeMap<>(Map.of("lab-a", 2L)),
                                        9,
                                        new TreeMap<>(Map.of("lab-b", 4L)),
                                        new TreeMap<>(Map.of("license=matlab", 10L)),
                                        Duration.ofSeconds(3))));
    }

    @Test
    void component_isNamedShortOrByItsClass() throws IOException {
        String ours = "dev.orrery.scheduling.policy.";

        assertThat(placement("pack")).isEqualTo(ours + "Pack");
        assertThat(placement("least-recently-used")).isEqualTo(ours + "LeastRecentlyUsed");
        assertThat(placement(ours + "Spread")).isEqualTo(ours + "Spread");
    }

    private String placement(String name) throws IOException {
        return read("scheduling: {components: {placement: %s}}".formatted(name))
                .scheduling()
                .components()
                .getOrDefault("placement", "");
    }

    @Test
    void worker_hasItsDefaults() {
        assertThat(DEFAULTS.worker())
                .isEqualTo(
                        new Settings.Worker(
                                "",
                                0,
                                Resources.NONE,
                                Collections.emptySortedMap(),
                                "dev.orrery.execution.PosixExecutor",
                                List.of("PATH", "HOME", "LANG", "LC_ALL", "TZ", "USER", "SHELL"),
                                Duration.ofSeconds(10),
                                Duration.ofSeconds(2),
                                256L << 20,
                                4L << 30,
                                512));
    }

    @Test
    void worker_isReadWhole() throws IOException {
        Settings settings =
                read(
                        """
                        worker:
                          name: w-1
                          slots: 4
                          extra: {cpus: 0.5, memory: 1GB, gpus: 2, named: {licence: 3}}
                          labels: {zone: a, disk: "ssd, fast"}
                          executor: java.lang.String
                          environment: [PATH]
                          killGrace: 1s
                          exitDrain: 100ms
                          outputBytesMax: 1KiB
                          filesBytesMax: 2KiB
                          pidsMax: 9
                        """);

        assertThat(settings.worker())
                .isEqualTo(
                        new Settings.Worker(
                                "w-1",
                                4,
                                new Resources(
                                        500,
                                        1_000_000_000,
                                        2,
                                        new TreeMap<>(Map.of("licence", 3L))),
                                new TreeMap<>(Map.of("zone", "a", "disk", "ssd, fast")),
                                "java.lang.String",
                                List.of("PATH"),
                                Duration.ofSeconds(1),
                                Duration.ofMillis(100),
                                1024,
                                2048,
                                9));
    }

    @Test
    void storage_hasItsDefaults() {
        assertThat(DEFAULTS.storage())
                .isEqualTo(
                        new Settings.Storage(
                                "dev.orrery.store.FileCentralStore",
                                Duration.ofDays(7),
                                Duration.ofDays(365),
                                Duration.ofHours(24),
                                64L << 20));
    }

    @Test
    void storage_isReadWhole() throws IOException {
        Settings settings =
                read(
                        """
                        storage:
                          centralStore: java.lang.String
                          retention: 1h
                          retentionMax: 2h
                          idempotencyTtl: 3h
                          freeBytesMin: 0
                        """);

        assertThat(settings.storage())
                .isEqualTo(
                        new Settings.Storage(
                                "java.lang.String",
                                Duration.ofHours(1),
                                Duration.ofHours(2),
                                Duration.ofHours(3),
                                0));
    }

    @Test
    void blobs_haveTheirDefaults() {
        assertThat(DEFAULTS.blobs()).isEqualTo(new Settings.Blobs(2, Optional.empty()));
    }

    @Test
    void blobs_areReadWhole() throws IOException {
        Settings settings =
                read(
                        """
                        blobs:
                          replicas:
                            min: 3
                          directory: /shared
                        """);

        assertThat(settings.blobs())
                .isEqualTo(new Settings.Blobs(3, Optional.of(Path.of("/shared"))));
    }

    @Test
    void limits_haveTheirDefaults() {
        assertThat(DEFAULTS.limits())
                .isEqualTo(
                        new Settings.Limits(
                                1L << 20,
                                4L << 30,
                                1024,
                                Duration.ofSeconds(30),
                                256L << 10,
                                1000,
                                1000,
                                20_000,
                                Duration.ofSeconds(15),
                                Duration.ofSeconds(60)));
    }

    @Test
    void limits_areReadWhole() throws IOException {
        Settings settings =
                read(
                        """
                        limits:
                          bodyBytesMax: 2KiB
                          uploadBytesMax: 3KiB
                          uploadPartsMax: 4
                          uploadIdle: 5s
                          streamBufferBytes: 6KiB
                          streamBufferEvents: 7
                          streamTopicsMax: 8
                          streamClientsMax: 9
                          streamPing: 10s
                          connectionIdle: 11s
                        """);

        assertThat(settings.limits())
                .isEqualTo(
                        new Settings.Limits(
                                2048,
                                3072,
                                4,
                                Duration.ofSeconds(5),
                                6144,
                                7,
                                8,
                                9,
                                Duration.ofSeconds(10),
                                Duration.ofSeconds(11)));
    }

    @Test
    void threads_haveTheirDefaultsAndAreReadWhole() throws IOException {
        assertThat(DEFAULTS.threads()).isEqualTo(new Settings.Threads(0, 0));
        assertThat(read("threads: {eventLoops: 1, workers: 2}").threads())
                .isEqualTo(new Settings.Threads(1, 2));
    }

    @Test
    void compat_isOffAndReadWhole() throws IOException {
        assertThat(DEFAULTS.compat())
                .isEqualTo(new Settings.Compat(List.of(), 2_000_000_000L, 3_000_000_000L));
        assertThat(
                        read("compat: {enable: [orion, simple], orionMemoryMax: 1KiB,"
                                        + " orionStorageMax: 7}")
                                .compat())
                .isEqualTo(new Settings.Compat(List.of("orion", "simple"), 1024, 7));
    }

    private Path pem(String name) throws IOException {
        Path file = Files.writeString(folder.resolve(name), "");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private Settings read(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("orrery.yaml"), text);
        return SettingsReader.read(Optional.of(file), Map.of(), Map.of());
    }
}
