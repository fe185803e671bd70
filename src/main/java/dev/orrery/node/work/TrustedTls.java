package dev.orrery.node.work;

import dev.orrery.config.Settings;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Optional;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** TLS for a client of this cluster, which trusts the cluster's authority and nobody else. */
public final class TrustedTls {

    private TrustedTls() {}

    public static Optional<SSLContext> of(Optional<Settings.Tls> tls) throws IOException {
        if (tls.isEmpty()) {
            return Optional.empty();
        }
        try (InputStream pem = Files.newInputStream(tls.get().ca())) {
            KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            int number = 0;
            for (Certificate authority :
                    CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                number++;
                trusted.setCertificateEntry("authority-" + number, authority);
            }
            TrustManagerFactory managers =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers.getTrustManagers(), null);
            return Optional.of(context);
        } catch (GeneralSecurityException fault) {
            throw new IOException("no usable certificate in " + tls.get().ca(), fault);
        }
    }
}
