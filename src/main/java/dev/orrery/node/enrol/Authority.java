package dev.orrery.node.enrol;

import dev.orrery.config.Settings;
import dev.orrery.node.NodeFiles;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The cluster's own authority, whose key lies in {@code DIR/tls} of the master and nowhere else.
 * Its nodes trust it and nobody else, and it signs for nobody but them.
 */
public final class Authority {
    private final X509Certificate certificate;
    private final PrivateKey key;

    private Authority(X509Certificate certificate, PrivateKey key) {
        this.certificate = certificate;
        this.key = key;
    }

    /** The authority of a data directory; it is made when there is none. Blocking. */
    static Authority of(TlsFiles files, Instant now) throws IOException {
        try {
            if (Files.exists(files.authorityKey())) {
                return new Authority(
                        Pem.certificate(Files.readString(files.authority())),
                        Pem.key(Files.readString(files.authorityKey())));
            }
            KeyPair pair = Certificates.newKey();
            X509Certificate made = Certificates.authority(pair, now);
            files.prepare();
            NodeFiles.write(files.authority(), Pem.of(made));
            NodeFiles.write(files.authorityKey(), Pem.of(pair.getPrivate()));
            return new Authority(made, pair.getPrivate());
        } catch (GeneralSecurityException e) {
            throw new IOException("the authority in " + files.directory() + " is damaged", e);
        }
    }

    /** The authority that made the certificate of a node which runs; empty when it has none. */
    public static Optional<Authority> running(Settings settings) throws IOException {
        TlsFiles files = new TlsFiles(settings.server().data());
        return NodeTls.ownAuthority(settings).isPresent() && Files.exists(files.authorityKey())
                ? Optional.of(of(files, Instant.now()))
                : Optional.empty();
    }

    /** SHA-256 of its certificate, in hexadecimal digits. */
    String fingerprint() {
        return fingerprint(certificate);
    }

    static String fingerprint(X509Certificate certificate) {
        try {
            return Certificates.hex(Certificates.sha256(certificate.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    /** A name that clusters of other authorities do not have; no password. */
    String clusterName() {
        return "orrery-" + fingerprint().substring(0, 12);
    }

    /** A chain in PEM for a key that may serve at these names. */
    String issue(PublicKey of, List<String> names, Instant now) throws GeneralSecurityException {
        return Pem.of(Certificates.node(certificate, key, of, names, now)) + Pem.of(certificate);
    }

    /** Makes the certificate of the master's own node, unless there is one for these names. */
    void certify(TlsFiles files, List<String> names, Instant now) throws IOException {
        try {
            if (Files.exists(files.node()) && Files.exists(files.nodeKey())) {
                X509Certificate old = Pem.certificate(Files.readString(files.node()));
                if (isOurs(old) && names(old).equals(new TreeSet<>(names))) {
                    return;
                }
            }
            KeyPair pair = Certificates.newKey();
            NodeFiles.write(files.nodeKey(), Pem.of(pair.getPrivate()));
            NodeFiles.write(files.node(), issue(pair.getPublic(), names, now));
        } catch (GeneralSecurityException e) {
            throw new IOException("no certificate can be made in " + files.directory(), e);
        }
    }

    /** A directory may have been that of a node of another cluster. */
    private boolean isOurs(X509Certificate node) {
        try {
            node.verify(certificate.getPublicKey());
            return true;
        } catch (GeneralSecurityException another) {
            return false;
        }
    }

    private static Set<String> names(X509Certificate certificate) throws GeneralSecurityException {
        TreeSet<String> names = new TreeSet<>();
        for (List<?> name : certificate.getSubjectAlternativeNames()) {
            names.add(String.valueOf(name.get(1)));
        }
        return names;
    }

    /** What a master's certificate holds for: its addresses, and the names it is served under. */
    static List<String> names(Settings settings) {
        TreeSet<String> names = new TreeSet<>(List.of("localhost", "127.0.0.1"));
        for (String name : List.of(settings.server().host(), settings.cluster().host())) {
            names.add(name.replaceAll("[\\[\\]]", ""));
        }
        for (String host : settings.server().hosts()) {
            names.add(host.replaceFirst(":\\d+$", "").replaceAll("[\\[\\]]", ""));
        }
        TreeSet<String> canonical = new TreeSet<>();
        for (String name : names) {
            canonical.add(canonical(name));
        }
        return List.copyOf(canonical);
    }

    /** An IPv6 address as the JDK reads it from a certificate. */
    private static String canonical(String name) {
        try {
            InetAddress address = InetAddress.ofLiteral(name.replaceFirst("%.*", ""));
            return address instanceof Inet6Address ? address.getHostAddress() : name;
        } catch (IllegalArgumentException hostName) {
            return name;
        }
    }
}
