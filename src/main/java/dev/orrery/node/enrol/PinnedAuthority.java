package dev.orrery.node.enrol;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Optional;

import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * Trust in the one authority of a fingerprint, which the server must show beside its own
 * certificate. The JDK checks the host name on top, as it does for every trust manager of this
 * kind.
 */
final class PinnedAuthority implements X509TrustManager {
    private static final X509Certificate[] NONE = {};

    private final String fingerprint;
    private Optional<X509Certificate> authority = Optional.empty();

    PinnedAuthority(String fingerprint) {
        this.fingerprint = fingerprint;
    }

    /** The authority, once a server has shown it. */
    X509Certificate authority() {
        return authority.orElseThrow(() -> new IllegalStateException("no server was met"));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind)
            throws CertificateException {
        X509Certificate pinned =
                Arrays.stream(chain)
                        .filter(one -> Authority.fingerprint(one).equals(fingerprint))
                        .findFirst()
                        .orElseThrow(() ->
                                new CertificateException("the server shows another authority"));
        trusting(pinned).checkServerTrusted(chain, kind);
        authority = Optional.of(pinned);
    }

    private static X509TrustManager trusting(X509Certificate authority)
            throws CertificateException {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setCertificateEntry("authority", authority);
            TrustManagerFactory factory =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            for (TrustManager one : factory.getTrustManagers()) {
                if (one instanceof X509TrustManager found) {
                    return found;
                }
            }
            throw new IllegalStateException("every Java runtime has an X509TrustManager");
        } catch (GeneralSecurityException | IOException e) {
            throw new CertificateException("the authority cannot be trusted in", e);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind)
            throws CertificateException {
        throw new CertificateException("no client is expected");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return NONE;
    }
}
