package dev.orrery.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Where settings come from, and that everything wrong is said at once. */
final class SettingsReaderTest {

    @TempDir Path folder;

    @Test
    void flag_winsOverVariableOverFileOverDefault() throws IOException {
        Path file =
                file(
                        """
                        server:
                          port: 1001
                          host: localhost
                          drainTimeout: 1m
                        worker:
                          slots: 3
                        """);

        Settings settings =
                SettingsReader.read(
                        Optional.of(file),
                        Map.of("ORRERY_SERVER_PORT", "1002", "ORRERY_WORKER_SLOTS", "4"),
                        Map.of("server.port", "1003"));

        assertThat(settings.server().port()).isEqualTo(1003);
        assertThat(settings.worker().slots()).isEqualTo(4);
        assertThat(settings.server().drainTimeout()).isEqualTo(Duration.ofMinutes(1));
        assertThat(settings.scheduling().lease()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void emptyFileAndEmptySections_giveTheDefaults() throws IOException {
        Settings empty = read(file(""));
        Settings sections = read(file("server:\nlimits: {}\nworker:\n  labels:\n"));

        assertThat(empty).isEqualTo(SettingsReader.of(Map.of()));
        assertThat(sections).isEqualTo(empty);
    }

    @Test
    void variablesOfTheClientAndOfTasks_areNoSettings() {
        Settings settings =
                SettingsReader.read(
                        Optional.empty(),
                        Map.of("ORRERY_SERVER", "http://a", "ORRERY_TOKEN", "t", "ORRERY_JOB", "1"),
                        Map.of());

        assertThat(settings).isEqualTo(SettingsReader.of(Map.of()));
    }

    @Test
    void namesBelowAMappingInAFlag_winOverTheFile() throws IOException {
        Path file = file("worker:\n  labels: {zone: a, rack: '7'}\n");

        Settings settings =
                SettingsReader.read(
                        Optional.of(file),
                        Map.of(),
                        Map.of("worker.labels.zone", "b,c", "worker.extra.named", "fpga=2"));

        assertThat(settings.worker().labels()).isEqualTo(Map.of("zone", "b,c", "rack", "7"));
        assertThat(settings.worker().extra().named()).isEqualTo(Map.of("fpga", 2L));
    }

    @Test
    void everyFault_isReportedAtOnce() throws IOException {
        Path file =
                file(
                        """
                        server: {prot: 1, host: []}
                        workers: {slots: 1}
                        nothing:
                        scheduling: {lease: soon, queueMax: 0}
                        worker: {labels: {"-": x}, slots: {of: 1}}
                        limits: {bodyBytesMax: 1EB}
                        cluster: {enabled: maybe}
                        """);

        List<String> faults =
                faults(
                        Optional.of(file),
                        Map.of("ORRERY_SERVER_PRT", "1"),
                        Map.of("server.port", "70000"));

        assertThat(faults)
                .anySatisfy(f -> assertThat(f).startsWith("server.prot: no such setting; did you"))
                .anySatisfy(f -> assertThat(f).startsWith("workers.slots: no such setting; did"))
                .anySatisfy(f -> assertThat(f).startsWith("nothing: no such section"))
                .anySatisfy(f -> assertThat(f).startsWith("server.host: must be: host name"))
                .anySatisfy(f -> assertThat(f).startsWith("scheduling.lease: a duration is"))
                .anySatisfy(f -> assertThat(f).startsWith("scheduling.queueMax: must be: whole"))
                .anySatisfy(f -> assertThat(f).startsWith("worker.labels: must be"))
                .anySatisfy(f -> assertThat(f).startsWith("worker.slots.of: no such setting"))
                .anySatisfy(f -> assertThat(f).startsWith("limits.bodyBytesMax: a size"))
                .anySatisfy(f -> assertThat(f).startsWith("cluster.enabled: must be: true or"))
                .anySatisfy(f -> assertThat(f).startsWith("$ORRERY_SERVER_PRT: no such setting"))
                .anySatisfy(f -> assertThat(f).endsWith("0 to 65535; is: 70000 (command line)"))
                .hasSize(12);
    }

    @Test
    void textThatIsNotYaml_isReportedWithItsLine() throws IOException {
        assertThat(faultsOf("server:\n  port: [1\n")).singleElement().asString().contains("line");
        assertThat(faultsOf("- a\n")).singleElement().asString().contains("mapping of sections");
        assertThat(faultsOf("server: {port: 1, port: 2}\n"))
                .singleElement()
                .asString()
                .contains("Duplicate field 'port'");
    }

    @Test
    void missingFile_isAFault() {
        List<String> faults = faults(Optional.of(folder.resolve("none")), Map.of(), Map.of());

        assertThat(faults).singleElement().asString().contains("cannot be read");
    }

    @Test
    void timesOutOfOrder_areFaults() {
        List<String> faults =
                faults(
                        Map.of(
                                "scheduling.heartbeat", "25s",
                                "scheduling.fenceKill", "24s",
                                "scheduling.lease", "20s",
                                "storage.retention", "400d"));

        assertThat(faults)
                .containsExactly(
                        "scheduling.heartbeat: must be less than scheduling.fence;"
                                + " they are 25s and 24s",
                        "scheduling.fence: must be less than scheduling.fenceKill;"
                                + " they are 24s and 24s",
                        "scheduling.fenceKill: must be less than scheduling.lease;"
                                + " they are 24s and 20s",
                        "storage.retention: must be at most storage.retentionMax");
    }

    @Test
    void portsThatMeet_areFaults() {
        List<String> faults =
                faults(
                        Map.of(
                                "cluster.enabled", "true",
                                "server.port", "5750",
                                "cluster.port", "5750",
                                "cluster.join", "a:0"));

        assertThat(faults).hasSize(4);
        assertThat(faults(Map.of("cluster.memberPortFirst", "6000"))).hasSize(1);
    }

    @Test
    void hostBeyondLoopbackWithoutTls_isAFault() {
        assertThat(faults(Map.of("server.host", "0.0.0.0")))
                .singleElement()
                .asString()
                .contains("needs server.tls");
        assertThat(SettingsReader.of(Map.of("server.host", "::1")).server().host())
                .isEqualTo("::1");
    }

    @Test
    void clusterBeyondLoopback_needsAPrivateNetwork() {
        Map<String, String> open = Map.of("cluster.enabled", "true", "cluster.host", "10.0.0.1");

        assertThat(faults(open))
                .singleElement()
                .asString()
                .contains("needs cluster.network: private");
        assertThat(faults(Map.of("cluster.enabled", "true", "server.host", "10.0.0.1")))
                .singleElement()
                .asString()
                .contains("cluster.host: 10.0.0.1", "needs cluster.network: private");
    }

    @Test
    void cluster_isWhereTheServerIsUnlessItHasAHostOfItsOwn() {
        Map<String, String> server =
                new TreeMap<>(
                        Map.of(
                                "cluster.enabled", "true",
                                "cluster.network", "private",
                                "server.host", "10.0.0.1"));

        assertThat(SettingsReader.of(server).cluster().host()).isEqualTo("10.0.0.1");
        server.put("cluster.host", "127.0.0.1");
        assertThat(SettingsReader.of(server).cluster().host()).isEqualTo("127.0.0.1");
    }

    @Test
    void enrolment_standsAlone() {
        String token = "ore_" + "A".repeat(86);
        Map<String, String> enrol =
                Map.of(
                        "cluster.enabled", "true",
                        "cluster.join", "https://10.0.0.1:9092",
                        "cluster.enrol", token);

        assertThat(SettingsReader.of(enrol).cluster().enrolsAt())
                .contains(URI.create("https://10.0.0.1:9092"));
        assertThat(faults(Map.of("cluster.enrol", token))).hasSize(1);
        assertThat(faults(Map.of("cluster.enrol", "ore_short"))).hasSize(1);
        assertThat(
                        faults(
                                Map.of(
                                        "cluster.join",
                                        "https://a:9092,b:5701",
                                        "cluster.enabled",
                                        "true")))
                .hasSize(1);
        assertThat(faults(Map.of("cluster.join", "http://a:9092"))).hasSize(1);
    }

    @Test
    void tlsInParts_isAFault() throws IOException {
        Path cert = Files.writeString(folder.resolve("cert.pem"), "");
        Path key = Files.writeString(folder.resolve("key.pem"), "");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));

        assertThat(faults(Map.of("server.tls.cert", cert.toString())))
                .containsExactly("server.tls.key: must be set, as server.tls has other parts");
        assertThat(
                        faults(
                                Map.of(
                                        "server.tls.cert", cert.toString(),
                                        "server.tls.key", key.toString(),
                                        "server.tls.ca", folder.resolve("none").toString())))
                .hasSize(2)
                .anySatisfy(f -> assertThat(f).startsWith("server.tls.ca: no readable file"))
                .anySatisfy(f -> assertThat(f).contains("chmod 600"));
    }

    @Test
    void tlsWithoutAuthority_isEnoughForAServerWithoutCluster() throws IOException {
        Path cert = Files.writeString(folder.resolve("cert.pem"), "");
        Path key = Files.writeString(folder.resolve("key.pem"), "");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        Map<String, String> lone =
                Map.of(
                        "server.host", "0.0.0.0",
                        "server.tls.cert", cert.toString(),
                        "server.tls.key", key.toString());

        Settings settings = SettingsReader.of(lone);

        assertThat(settings.server().tls()).contains(new Settings.Tls(cert, key, cert));
        assertThat(
                        faults(
                                Map.of(
                                        "cluster.enabled", "true",
                                        "server.tls.cert", cert.toString(),
                                        "server.tls.key", key.toString())))
                .containsExactly("server.tls.ca: must be set for a cluster with TLS");
    }

    @Test
    void dataDirectoryOpenToOthers_isAFault() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwx---"));

        assertThat(faults(Map.of("server.data", folder.toString())))
                .containsExactly("server.data: others may write to it; chmod 700 " + folder);
        assertThat(faults(Map.of("server.data", file("").toString())))
                .singleElement()
                .asString()
                .contains("is not a directory");
    }

    @Test
    void entriesThatOthersMayWrite_areAllRefused() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path blobs = Files.createDirectory(folder.resolve("blobs"));
        Files.setPosixFilePermissions(blobs, PosixFilePermissions.fromString("rwxrwx---"));
        Path token = Files.createFile(folder.resolve("admin.token"));
        Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw----rw-"));
        Files.createSymbolicLink(folder.resolve("gone"), folder.resolve("nowhere"));

        List<String> faults = faults(Map.of("server.data", folder.toString()));

        assertThat(faults)
                .containsExactlyInAnyOrder(
                        "server.data: others may write to it; chmod 700 " + blobs,
                        "server.data: others may write to it; chmod 600 " + token);
    }

    @Test
    void componentWithoutClass_isAFault() {
        assertThat(faults(Map.of("scheduling.components.placement", "dev.orrery.Nowhere")))
                .containsExactly(
                        "scheduling.components.placement: no such class: dev.orrery.Nowhere");
    }

    private Settings read(Path file) {
        return SettingsReader.read(Optional.of(file), Map.of(), Map.of());
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("orrery.yaml"), text);
    }

    private List<String> faultsOf(String text) throws IOException {
        return faults(Optional.of(file(text)), Map.of(), Map.of());
    }

    private static List<String> faults(Map<String, String> flags) {
        return faults(Optional.empty(), Map.of(), flags);
    }

    private static List<String> faults(
            Optional<Path> file, Map<String, String> environment, Map<String, String> flags) {
        return catchThrowableOfType(
                        ConfigurationException.class,
                        () -> SettingsReader.read(file, environment, flags))
                .faults();
    }
}
