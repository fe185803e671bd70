package dev.orrery.node.enrol;

import dev.orrery.bus.BusStart;
import dev.orrery.config.ConfigurationException;
import dev.orrery.config.Role;
import dev.orrery.config.Settings;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Gives a node that leaves loopback its certificate, where nobody named one. Blocking. */
public final class NodeTls {

    private NodeTls() {}

    /**
     * The settings with certificates: those that were named; from a master, by enrolment; or of the
     * authority in the data directory, which a master makes at its first start.
     *
     * @throws ConfigurationException when there is none
     */
    public static Settings complete(Set<Role> roles, Settings settings) throws IOException {
        Optional<URI> server = settings.cluster().enrolsAt();
        if (server.isPresent()) {
            boolean isFirst = settings.storage().database().isEmpty();
            if (roles.contains(Role.MASTER) && isFirst) {
                throw new ConfigurationException(
                        List.of(
                                "cluster.join: a master that shares no store does not enrol; name"
                                        + " members to join, or give storage.url"));
            }
            return new Enrolment(settings, server.get()).settings();
        }
        if (settings.server().tls().isPresent() || !leavesLoopback(roles, settings)) {
            return settings;
        }
        TlsFiles files = new TlsFiles(settings.server().data());
        if (roles.contains(Role.MASTER)) {
            Instant now = Instant.now();
            Authority authority = Authority.of(files, now);
            authority.certify(files, Authority.names(settings), now);
            if (settings.cluster().enabled()) {
                BusStart.name(settings.server().data(), authority.clusterName());
            }
        } else if (!files.hasNode()) {
            throw new ConfigurationException(
                    List.of(
                            "server.tls: this node leaves loopback and has no certificate; enrol it"
                                    + " with --join https://MASTER:9092 --enrol TOKEN, where"
                                    + " 'orrery token node' on the master prints both, or give"
                                    + " --tls-cert, --tls-key, --tls-ca"));
        }
        return settings.with(files.tls());
    }

    /**
     * The certificate of the authority in the data directory, where the node's own comes from it.
     */
    public static Optional<Path> ownAuthority(Settings settings) {
        Path own = new TlsFiles(settings.server().data()).authority();
        return settings.server().tls().map(Settings.Tls::ca).filter(own::equals);
    }

    private static boolean leavesLoopback(Set<Role> roles, Settings settings) {
        boolean serves = roles.contains(Role.MASTER) || roles.contains(Role.PROXY);
        Settings.Cluster cluster = settings.cluster();
        return (serves && !Settings.isLoopback(settings.server().host()))
                || (cluster.enabled() && !Settings.isLoopback(cluster.host()));
    }
}
