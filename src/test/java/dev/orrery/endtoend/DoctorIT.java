package dev.orrery.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Each fault that {@code orrery doctor} knows, made for real, is found and has a remedy. */
final class DoctorIT {
    private static final String DOCTOR = "exec java -cp \"$JAR\" dev.orrery.Main doctor --json ";

    @RegisterExtension final Stage stage = new Stage();

    private final Path data = stage.path("data");

    private JsonNode doctor(int exit, String... arguments) {
        List<String> all = new ArrayList<>(List.of("doctor", "--json"));
        all.addAll(List.of("--data", data.toString()));
        all.addAll(List.of(arguments));
        return findings(stage.java(all.toArray(String[]::new)), exit);
    }

    /** Runs the doctor at the end of a line for the shell. */
    private JsonNode doctorAfter(String line, int exit) {
        String java = Distribution.java().resolveSibling("").toString();
        return findings(
                stage.shell(
                        "PATH="
                                + java
                                + ":$PATH JAR="
                                + stage.jar()
                                + "; "
                                + line
                                + DOCTOR
                                + "--data "
                                + data,
                        Map.of()),
                exit);
    }

    private static JsonNode findings(Program program, int exit) {
        assertThat(program.exit()).as(program.out() + program.err()).isEqualTo(exit);
        return Api.parse(program.out());
    }

    private static void assertFinding(
            JsonNode findings, String grade, String check, String what, String remedy) {
        assertThat(findings)
                .as(findings.toPrettyString())
                .anySatisfy(finding -> {
                    assertThat(finding.path("check").asText()).isEqualTo(check);
                    assertThat(finding.path("grade").asText()).isEqualTo(grade);
                    assertThat(finding.path("what").asText()).contains(what);
                    assertThat(finding.path("remedy").asText()).contains(remedy);
                });
    }

    private Program dev() {
        return stage.java("dev", "--port", "0", "--slots", "1", "--data", data.toString()).ready();
    }

    @Test
    void clusterThatIsWell_isFoundSo() {
        Program node = dev();

        JsonNode findings = doctor(0);

        assertThat(findings).noneMatch(it -> it.path("grade").asText().equals("fail"));
        for (String check :
                List.of("settings", "data.directory", "store.file", "server.token", "bus.leader")) {
            assertFinding(findings, "ok", check, "", "");
        }
        assertFinding(findings, "ok", "bus.workers", "READY", "");
        assertFinding(findings, "ok", "store.leader", "epoch 1", "");
        assertThat(node.isAlive()).isTrue();

        Program plain = stage.java("doctor", "--data", data.toString());
        assertThat(plain.exit()).isZero();
        assertThat(plain.out()).containsPattern("(?m)^ok    store.schema +version \\d");
    }

    @Test
    void nothingThere_isWellToo() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            String port = Integer.toString(free.getLocalPort());
            Path conf = stage.write("conf.yaml", "server:\n  port: " + port + "\n");

            JsonNode taken = doctor(1, "--conf", conf.toString());

            assertFinding(taken, "fail", "ports.http", port, "ss -ltnp");
        }
    }

    @Test
    void settings_areAllReportedAtOnce() {
        Path conf = stage.write("conf.yaml", "server:\n  prot: 1\nscheduling:\n  lease: soon\n");

        JsonNode findings = doctor(1, "--conf", conf.toString());

        assertFinding(findings, "fail", "settings", "server.prot", "correct it");
        assertFinding(findings, "fail", "settings", "scheduling.lease", "correct it");
    }

    @Test
    void directoryThatIsOpenToOthers_orAnothers() throws IOException {
        Files.createDirectories(data);
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertFinding(doctor(1), "fail", "data.directory", "rwxrwxrwx", "chmod 700");

        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
        JsonNode other = doctorAfter("chown daemon " + data + "; ", 1);
        assertFinding(other, "fail", "data.directory", "daemon's", "chown");
    }

    @Test
    void fileSystem_isFullOrOutOfInodesOrInMemory() {
        String mount = "mkdir -p %1$s; mount -t tmpfs -o mode=700,%2$s tmpfs %1$s; ";
        String unmount = "umount " + data;
        try {
            String full = mount.formatted(data, "size=66m") + "fallocate -l 60m " + data + "/f; ";
            JsonNode findings = doctorAfter(full, 1);
            assertFinding(findings, "fail", "data.space", "6", "make space");
            assertFinding(findings, "warn", "data.filesystem", "tmpfs", "on a disk");
        } finally {
            assertThat(stage.shell(unmount, Map.of()).exit()).isZero();
        }
        try {
            JsonNode few = doctorAfter(mount.formatted(data, "size=2g,nr_inodes=50"), 1);
            assertFinding(few, "fail", "data.inodes", "of 50 inodes", "inodes");
        } finally {
            assertThat(stage.shell(unmount, Map.of()).exit()).isZero();
        }
    }

    @Test
    void store_isDamagedOrNewer() throws IOException, SQLException {
        assertThat(dev().terminate()).isZero();
        Path store = data.resolve("store.db");
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + store)) {
            connection.createStatement().execute("INSERT INTO schema_version VALUES (900)");
        }
        assertFinding(doctor(1), "fail", "store.schema", "version 900", "newer Orrery");

        byte[] garbage =
                "no page at all".repeat(2_000).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        try (var channel = java.nio.channels.FileChannel.open(store, StandardOpenOption.WRITE)) {
            channel.write(java.nio.ByteBuffer.wrap(garbage), 8_192);
        }
        assertFinding(doctor(1), "fail", "store.file", "", "orrery restore");
    }

    @Test
    void server_isNotThereOrDoesNotKnowTheToken() throws IOException {
        Program node = dev();
        Path wrong = stage.write("wrong.token", "orr_wrong\n");
        JsonNode refused = doctor(1, "--token-file", wrong.toString());
        assertFinding(refused, "fail", "server.token", "token", "orrery token create");

        Program left = stage.java("doctor", "--json", "--server", "http://127.0.0.1:9");
        assertFinding(findings(left, 1), "fail", "server", "no server answers", "start it");

        node.kill();
        assertFinding(doctor(1), "fail", "server", "no server answers", "start it");
    }

    @Test
    void clusterWithoutWorkers_isWarnedOf() {
        stage.java("master", "--port", "0", "--data", data.toString()).ready();

        assertFinding(doctor(0), "warn", "bus.workers", "no worker", "orrery worker");
    }

    @Test
    void certificate_hasExpired() throws IOException {
        Path keys = Files.createDirectories(stage.path("tls"));
        String made =
                "keytool -genkeypair -keyalg EC -dname CN=old -startdate -20d -validity 10 -alias a"
                    + " -storetype PKCS12 -storepass secret -keystore k.p12 && keytool -exportcert"
                    + " -rfc -alias a -storepass secret -keystore k.p12 >c.pem && openssl pkcs12"
                    + " -in k.p12 -passin pass:secret -nodes -nocerts -out k.pem && chmod 600"
                    + " k.pem";
        String java = Distribution.java().resolveSibling("").toString();
        Program maker =
                stage.shell("cd " + keys + " && PATH=" + java + ":$PATH && " + made, Map.of());
        assertThat(maker.exit()).as(maker.out() + maker.err()).isZero();
        Path file =
                stage.write(
                        "conf.yaml",
                        "server:\n  tls:\n    cert: %1$s/c.pem\n    key: %1$s/k.pem\n"
                                .formatted(keys));

        JsonNode offline = doctor(1, "--conf", file.toString());
        assertFinding(offline, "fail", "tls.certificate", "has expired", "new certificate");

        // and of a server that shows it
        stage.java("dev", "--port", "0", "--data", data.toString(), "--conf", file.toString())
                .ready();
        JsonNode online = doctor(1);
        assertFinding(online, "fail", "tls.certificate", "https://127.0.0.1", "new certificate");
    }

    @Test
    void limitOfOpenFiles_isLow() {
        assertFinding(
                doctorAfter("ulimit -n 200; ", 1), "fail", "machine.files", "200", "LimitNOFILE");
    }
}
