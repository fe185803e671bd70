package dev.orrery.cli.doctor;

import dev.orrery.model.health.Finding;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** How long certificates hold: those of files, and those that servers show. */
final class CertificateChecks {

    private static final Duration SOON = Duration.ofDays(30);
    private static final int TIMEOUT_MILLIS = 5_000;
    private static final String REMEDY =
            "put a new certificate in its place and start the node again; of an authority of our"
                    + " own: remove DIR/tls/node.pem and start the master";

    private CertificateChecks() {}

    static Finding ofFile(Path file, Instant now) {
        try (InputStream pem = Files.newInputStream(file)) {
            Certificate first = CertificateFactory.getInstance("X.509").generateCertificate(pem);
            return grade(file.toString(), (X509Certificate) first, now);
        } catch (IOException | GeneralSecurityException e) {
            return Finding.fail(
                    "tls.certificate",
                    file + " cannot be read: " + e.getMessage(),
                    "it must be a chain in PEM, readable by the user that runs Orrery");
        }
    }

    /** Asks a server for its certificate, whoever signed it; nothing is told to it. */
    static Finding ofServer(URI server, Instant now) {
        int port = server.getPort() < 0 ? 443 : server.getPort();
        try (Socket plain = new Socket()) {
            plain.connect(new InetSocketAddress(server.getHost(), port), TIMEOUT_MILLIS);
            plain.setSoTimeout(TIMEOUT_MILLIS);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Curious()}, null);
            try (SSLSocket socket =
                    (SSLSocket)
                            context.getSocketFactory()
                                    .createSocket(plain, server.getHost(), port, true)) {
                socket.startHandshake();
                Certificate first = socket.getSession().getPeerCertificates()[0];
                return grade(server.toString(), (X509Certificate) first, now);
            }
        } catch (IOException | GeneralSecurityException e) {
            return Finding.fail(
                    "tls.certificate",
                    server + " shows none: " + e.getMessage(),
                    "see that it serves TLS on this port");
        }
    }

    private static Finding grade(String whose, X509Certificate certificate, Instant now) {
        Instant end = certificate.getNotAfter().toInstant();
        if (now.isBefore(certificate.getNotBefore().toInstant())) {
            return Finding.fail(
                    "tls.certificate",
                    whose + " holds only from " + certificate.getNotBefore().toInstant(),
                    "set the clock");
        }
        if (now.isAfter(end)) {
            return Finding.fail("tls.certificate", whose + " has expired: " + end, REMEDY);
        }
        Duration rest = Duration.between(now, end);
        return rest.compareTo(SOON) < 0
                ? Finding.warn(
                        "tls.certificate", whose + " expires in " + rest.toDays() + " days", REMEDY)
                : Finding.ok("tls.certificate", whose + " holds for " + rest.toDays() + " days");
    }

    /** Takes any certificate, because it is only looked at. */
    private static final class Curious extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
