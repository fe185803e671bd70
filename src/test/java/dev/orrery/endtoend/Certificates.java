package dev.orrery.endtoend;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** An authority and one member's certificate for an address, made by openssl. */
public final class Certificates {
    private final Path directory;

    private Certificates(Path directory) {
        this.directory = directory;
    }

    /** Makes them in the directory. */
    public static Certificates make(Path directory, String address) {
        Certificates made = new Certificates(directory);
        try {
            Files.createDirectories(directory);
            Files.writeString(directory.resolve("names"), "subjectAltName=IP:" + address + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        made.openssl(
                "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority"
                        + " -keyout ca.key -out ca.pem");
        made.openssl(
                "req -newkey rsa:2048 -nodes -subj /CN=member -keyout member.key -out member.csr");
        made.openssl(
                "x509 -req -in member.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2"
                        + " -extfile names -out member.pem");
        return made;
    }

    private void openssl(String arguments) {
        List<String> command = List.of(("openssl " + arguments).split(" "));
        try {
            Path log = directory.resolve("openssl.log");
            Process process =
                    new ProcessBuilder(command)
                            .directory(directory.toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(log.toFile())
                            .start();
            if (process.waitFor() != 0) {
                throw new AssertionError(command + ": " + Files.readString(log));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public Path authority() {
        return directory.resolve("ca.pem");
    }

    /** The flags of a node that shows the certificate. */
    public List<String> flags() {
        return List.of(
                "--tls-cert",
                directory.resolve("member.pem").toString(),
                "--tls-key",
                directory.resolve("member.key").toString(),
                "--tls-ca",
                authority().toString());
    }

    /** A client that trusts this authority only. */
    public HttpClient client() {
        try (InputStream pem = Files.newInputStream(authority())) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setCertificateEntry(
                    "authority", CertificateFactory.getInstance("X.509").generateCertificate(pem));
            TrustManagerFactory trust =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .sslContext(context)
                    .build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
