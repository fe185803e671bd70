package dev.orrery.node.enrol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

final class CertificatesTest {
    private final Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);

    private final KeyPair authorityKey = key();
    private final X509Certificate authority = authority(authorityKey);

    private static KeyPair key() {
        try {
            return Certificates.newKey();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private X509Certificate authority(KeyPair key) {
        try {
            return Certificates.authority(key, now);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private X509Certificate node(String... names) throws GeneralSecurityException {
        return Certificates.node(
                authority, authorityKey.getPrivate(), key().getPublic(), List.of(names), now);
    }

    private static void validate(X509Certificate anchor, Date at, X509Certificate... path)
            throws Exception {
        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(anchor, null)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(at);
        CertPathValidator.getInstance("PKIX")
                .validate(
                        CertificateFactory.getInstance("X.509").generateCertPath(List.of(path)),
                        parameters);
    }

    @Test
    void node_isOfItsAuthorityAndOfNoOther() throws Exception {
        X509Certificate node = node("10.0.0.1");

        validate(authority, Date.from(now), node);
        assertThatThrownBy(() -> validate(authority(key()), Date.from(now), node))
                .isInstanceOf(CertPathValidatorException.class);
    }

    @Test
    void certificates_holdFromYesterdayForTenYears() throws Exception {
        X509Certificate node = node("10.0.0.1");

        assertThat(node.getNotBefore()).isEqualTo(Date.from(now.minus(1, ChronoUnit.DAYS)));
        assertThat(node.getNotAfter()).isEqualTo(Date.from(now.plus(3650, ChronoUnit.DAYS)));
        assertThatThrownBy(
                        () -> validate(authority, Date.from(now.plus(3651, ChronoUnit.DAYS)), node))
                .isInstanceOf(CertPathValidatorException.class);
    }

    @Test
    void node_signsNoOtherCertificate() throws Exception {
        KeyPair nodeKey = key();
        X509Certificate node =
                Certificates.node(
                        authority,
                        authorityKey.getPrivate(),
                        nodeKey.getPublic(),
                        List.of("a"),
                        now);
        X509Certificate forged =
                Certificates.node(node, nodeKey.getPrivate(), key().getPublic(), List.of("b"), now);

        assertThat(node.getBasicConstraints()).isEqualTo(-1);
        assertThat(authority.getBasicConstraints()).isZero();
        assertThatThrownBy(() -> validate(authority, Date.from(now), forged, node))
                .isInstanceOf(CertPathValidatorException.class);
    }

    @Test
    void node_namesItsAddressesAndUses() throws Exception {
        X509Certificate node = node("10.0.0.1", "a.example", "fd00::1");

        assertThat(node.getSubjectAlternativeNames())
                .containsExactly(
                        List.of(7, "10.0.0.1"),
                        List.of(2, "a.example"),
                        List.of(7, "fd00:0:0:0:0:0:0:1"));
        assertThat(node.getExtendedKeyUsage())
                .containsExactly("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
        assertThat(node.getKeyUsage()).startsWith(true, false);
        assertThat(node.getCriticalExtensionOIDs()).contains("2.5.29.15", "2.5.29.19");
        assertThat(node("x").getSerialNumber()).isNotEqualTo(node.getSerialNumber());
    }

    @Test
    void openssl_readsThemAsWeDo(@TempDir Path folder) throws Exception {
        Path anchor = Files.writeString(folder.resolve("authority.pem"), Pem.of(authority));
        Path node = Files.writeString(folder.resolve("node.pem"), Pem.of(node("10.0.0.1")));

        assertThat(openssl("verify", "-x509_strict", "-CAfile", anchor.toString(), node.toString()))
                .contains("OK");
        assertThat(openssl("x509", "-in", node.toString(), "-noout", "-checkip", "10.0.0.1"))
                .contains("does match");
    }

    private static String openssl(String... arguments) throws IOException, InterruptedException {
        List<String> command = new java.util.ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said =
                new String(
                        process.getInputStream().readAllBytes(),
                        java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    @Test
    void pem_isReadAgain() throws Exception {
        assertThat(Pem.certificate(Pem.of(authority))).isEqualTo(authority);
        assertThat(Pem.key(Pem.of(authorityKey.getPrivate()))).isEqualTo(authorityKey.getPrivate());
    }

    @Test
    void authority_isMadeOnceAndCertifiesItsNodeForItsNames(@TempDir Path data) throws Exception {
        TlsFiles files = new TlsFiles(data);
        Authority made = Authority.of(files, now);
        made.certify(files, List.of("10.0.0.1", "localhost"), now);
        String first = Files.readString(files.node());

        Authority again = Authority.of(files, now);
        again.certify(files, List.of("localhost", "10.0.0.1"), now);

        assertThat(again.fingerprint()).isEqualTo(made.fingerprint());
        assertThat(Files.readString(files.node())).isEqualTo(first);
        again.certify(files, List.of("localhost", "10.0.0.2"), now);
        String second = Files.readString(files.node());
        assertThat(second).isNotEqualTo(first);
        Files.delete(files.authorityKey());
        Authority.of(files, now).certify(files, List.of("localhost", "10.0.0.2"), now);
        assertThat(Files.readString(files.node())).isNotEqualTo(second);
    }

    @ParameterizedTest
    @CsvSource({
        "2.5.4.3, 0603550403",
        "1.2.840.10045.4.3.2, 06082a8648ce3d040302",
        "1.3.6.1.5.5.7.3.1, 06082b06010505070301",
    })
    void identifiers_areWrittenAsTheStandardHasThem(String dotted, String hex) {
        assertThat(HexFormat.of().formatHex(Der.identifier(dotted))).isEqualTo(hex);
    }

    @Test
    void lengths_areWrittenInTheShortestForm() {
        assertThat(Der.octets(new byte[127])).startsWith(4, 127).hasSize(129);
        assertThat(Der.octets(new byte[128])).startsWith(4, 0x81, 0x80).hasSize(131);
        assertThat(Der.octets(new byte[300])).startsWith(4, 0x82, 1, 44).hasSize(304);
        assertThat(Der.integer(BigInteger.valueOf(128))).containsExactly(2, 2, 0, 0x80);
        assertThat(Der.time(Instant.parse("2049-12-31T23:59:59Z"))).startsWith(0x17, 13);
        assertThat(Der.time(Instant.parse("2050-01-01T00:00:00Z"))).startsWith(0x18, 15);
    }
}
