package dev.orrery.config;

import dev.orrery.model.Quantities;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The rules that hold between settings, and between settings and the machine. */
final class SettingsCheck {

    private final Settings settings;
    private final List<String> faults = new ArrayList<>();

    private SettingsCheck(Settings settings) {
        this.settings = settings;
    }

    /** One sentence for each rule that is broken. */
    static List<String> faults(Settings settings) {
        SettingsCheck check = new SettingsCheck(settings);
        check.times();
        check.leading();
        check.ports();
        check.listening();
        check.clustering();
        check.tlsFiles();
        check.dataDirectory();
        check.components();
        settings.storage().database().ifPresent(check::database);
        return check.faults;
    }

    private void times() {
        Settings.Scheduling scheduling = settings.scheduling();
        less(WorkKeys.HEARTBEAT, scheduling.heartbeat(), WorkKeys.FENCE, scheduling.fence());
        less(WorkKeys.FENCE, scheduling.fence(), WorkKeys.FENCE_KILL, scheduling.fenceKill());
        less(WorkKeys.FENCE_KILL, scheduling.fenceKill(), WorkKeys.LEASE, scheduling.lease());
        Settings.Storage storage = settings.storage();
        if (storage.retention().compareTo(storage.retentionMax()) > 0) {
            faults.add("storage.retention: must be at most storage.retentionMax");
        }
    }

    private void leading() {
        Settings.Leadership leadership = settings.leadership();
        if (leadership.ttl().compareTo(leadership.renew().multipliedBy(3)) < 0) {
            faults.add(
                    "leadership.ttl: must be three times leadership.renew; they are %s and %s"
                            .formatted(
                                    Quantities.formatDuration(leadership.ttl()),
                                    Quantities.formatDuration(leadership.renew())));
        }
        Duration fence = settings.scheduling().fence();
        boolean isShared = settings.storage().database().isPresent();
        if (isShared && leadership.silence().compareTo(fence) >= 0) {
            faults.add(
                    "leadership.ttl: a takeover takes %s, and workers stop their tasks after %s of"
                                    .formatted(
                                            Quantities.formatDuration(leadership.silence()),
                                            Quantities.formatDuration(fence))
                            + " scheduling.fence; make that longer, or this shorter");
        }
    }

    private void database(Settings.Database database) {
        database.passwordFile()
                .ifPresent(file -> {
                    readable(DatabaseKeys.PASSWORD_FILE, file);
                    Set<PosixFilePermission> permissions = permissions(file);
                    if (permissions.contains(PosixFilePermission.GROUP_READ)
                            || permissions.contains(PosixFilePermission.OTHERS_READ)) {
                        faults.add(
                                "storage.passwordFile: may be read by others; chmod 600 " + file);
                    }
                });
        database.rootCert().ifPresent(file -> readable(DatabaseKeys.ROOT_CERT, file));
        if (!database.isLocal() && database.rootCert().isEmpty()) {
            faults.add(
                    "storage.url: "
                            + String.join(", ", database.hosts())
                            + " is beyond loopback, which needs TLS: name the authority of the"
                            + " server's certificate as storage.rootCert");
        }
    }

    private void less(
            SettingKey<Duration> smaller, Duration one, SettingKey<Duration> larger, Duration two) {
        if (one.compareTo(two) >= 0) {
            faults.add(
                    "%s: must be less than %s; they are %s and %s"
                            .formatted(
                                    smaller.name(),
                                    larger.name(),
                                    Quantities.formatDuration(one),
                                    Quantities.formatDuration(two)));
        }
    }

    private void ports() {
        Settings.Cluster cluster = settings.cluster();
        int port = settings.server().port();
        if (cluster.memberPortFirst() > cluster.memberPortLast()) {
            faults.add("cluster.memberPortFirst: must be at most cluster.memberPortLast");
        }
        if (!cluster.enabled()) {
            return;
        }
        if (port != 0 && port == cluster.port()) {
            faults.add("cluster.port: must differ from server.port; both are " + port);
        }
        if (isMemberPort(port)) {
            faults.add("server.port: must lie outside the member ports; is " + port);
        }
        if (isMemberPort(cluster.port())) {
            faults.add("cluster.port: must lie outside the member ports; is " + cluster.port());
        }
        for (String member : cluster.join()) {
            int joined = Integer.parseInt(member.substring(member.lastIndexOf(':') + 1));
            if (joined < 1 || joined > 65_535) {
                faults.add("cluster.join: no such port: " + member);
            }
        }
    }

    private boolean isMemberPort(int port) {
        Settings.Cluster cluster = settings.cluster();
        return port >= cluster.memberPortFirst() && port <= cluster.memberPortLast();
    }

    /** A named address gets a certificate of our own authority; for all of them, one must come. */
    private void listening() {
        Settings.Server server = settings.server();
        if (server.listensEverywhere() && server.tls().isEmpty()) {
            faults.add(
                    "server.host: "
                            + server.host()
                            + " is beyond loopback, which needs server.tls"
                            + " (--tls-cert, --tls-key), or an address by its number");
        }
    }

    private void clustering() {
        Settings.Cluster cluster = settings.cluster();
        if (cluster.enrolsAt().isPresent()) {
            enrolling();
            return;
        }
        if (!cluster.enrol().isEmpty()) {
            faults.add("cluster.enrol: needs cluster.join with the master, as https://HOST:PORT");
        }
        if (!cluster.enabled() || Settings.isLoopback(cluster.host())) {
            return;
        }
        if (!cluster.network().equals("private")) {
            faults.add(
                    "cluster.host: "
                            + cluster.host()
                            + " is beyond loopback, which needs cluster.network: private"
                            + " (--network private)");
        }
    }

    /** The administrator who made the token has affirmed the network. */
    private void enrolling() {
        if (settings.cluster().join().size() > 1) {
            faults.add("cluster.join: the master to enrol at stands alone");
        }
        if (settings.server().tls().isPresent()) {
            faults.add("server.tls: enrolment gives the certificate; leave it out");
        }
    }

    private void tlsFiles() {
        settings.server()
                .tls()
                .ifPresent(tls -> {
                    readable(NodeKeys.TLS_CERT, tls.cert());
                    readable(NodeKeys.TLS_KEY, tls.key());
                    readable(NodeKeys.TLS_CA, tls.ca());
                    if (permissions(tls.key()).contains(PosixFilePermission.OTHERS_READ)) {
                        faults.add(
                                "server.tls.key: may be read by everybody; chmod 600 " + tls.key());
                    }
                });
    }

    private void readable(SettingKey<?> key, Path file) {
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            faults.add(key.name() + ": no readable file: " + file);
        }
    }

    private void dataDirectory() {
        Path data = settings.server().data();
        if (!Files.exists(data, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!Files.isDirectory(data)) {
            faults.add("server.data: is not a directory: " + data);
            return;
        }
        closedToOthers(data, "700");
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(data)) {
            for (Path entry : entries) {
                closedToOthers(entry, Files.isDirectory(entry) ? "700" : "600");
            }
        } catch (IOException | DirectoryIteratorException e) {
            faults.add("server.data: cannot be read: " + e);
        }
    }

    /** Who may write there can have the node run and answer what he likes. */
    private void closedToOthers(Path path, String mode) {
        Set<PosixFilePermission> permissions = permissions(path);
        if (permissions.contains(PosixFilePermission.GROUP_WRITE)
                || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
            faults.add("server.data: others may write to it; chmod " + mode + " " + path);
        }
    }

    private Set<PosixFilePermission> permissions(Path file) {
        try {
            return Files.exists(file) ? Files.getPosixFilePermissions(file) : Set.of();
        } catch (IOException | UnsupportedOperationException e) {
            faults.add(file + ": its permissions cannot be read: " + e);
            return Set.of();
        }
    }

    private void components() {
        for (SettingKey<String> key : WorkKeys.COMPONENTS) {
            String seam = key.name().substring(key.name().lastIndexOf('.') + 1);
            component(key, settings.scheduling().components().getOrDefault(seam, ""));
        }
        component(WorkKeys.EXECUTOR, settings.worker().executor());
        component(StorageKeys.CENTRAL_STORE, settings.storage().centralStore());
    }

    /** Looks for the class file and loads nothing; whether it fits its seam, its loader checks. */
    private void component(SettingKey<String> key, String className) {
        String file = "/" + className.replace('.', '/') + ".class";
        if (!className.equals(key.fallback()) && SettingsCheck.class.getResource(file) == null) {
            faults.add(key.name() + ": no such class: " + className);
        }
    }
}
