package dev.orrery.node.enrol;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Makes certificates (RFC 5280): that of an authority, signed by itself, and those of its nodes. It
 * writes only; what it wrote is read and verified by the JDK before it is given away.
 */
final class Certificates {
    private static final String ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";
    private static final String COMMON_NAME = "2.5.4.3";
    private static final String SUBJECT_KEY = "2.5.29.14";
    private static final String KEY_USAGE = "2.5.29.15";
    private static final String ALTERNATIVE_NAMES = "2.5.29.17";
    private static final String BASIC_CONSTRAINTS = "2.5.29.19";
    private static final String AUTHORITY_KEY = "2.5.29.35";
    private static final String EXTENDED_USAGE = "2.5.29.37";
    private static final String SERVER = "1.3.6.1.5.5.7.3.1";
    private static final String CLIENT = "1.3.6.1.5.5.7.3.2";

    private static final byte SIGNS_CERTIFICATES_AND_LISTS = 0x06;
    private static final byte SIGNS = (byte) 0x80;
    private static final int SERIAL_BYTES = 16;
    private static final int KEY_ID_BYTES = 20;

    /** Clocks of machines differ. */
    private static final Duration EARLIER = Duration.ofDays(1);

    private static final Duration LIFE = Duration.ofDays(3650);

    private Certificates() {}

    /** A new key on the curve P-256. */
    static KeyPair newKey() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    /** The certificate of an authority of its own. */
    static X509Certificate authority(KeyPair key, Instant now) throws GeneralSecurityException {
        byte[] id = keyId(key.getPublic());
        byte[] name = name("Orrery authority " + hex(id).substring(0, 8));
        byte[] extensions =
                Der.sequence(
                        critical(
                                BASIC_CONSTRAINTS,
                                Der.sequence(Der.truth(), Der.integer(BigInteger.ZERO))),
                        critical(KEY_USAGE, Der.bits(1, SIGNS_CERTIFICATES_AND_LISTS)),
                        plain(SUBJECT_KEY, Der.octets(id)));
        byte[] content = content(name, now.plus(LIFE), now, name, key.getPublic(), extensions);
        return signed(content, key.getPrivate(), key.getPublic());
    }

    /**
     * A node's certificate, as long as the authority's.
     *
     * @param names host names and numeric addresses at which the node may serve
     */
    static X509Certificate node(
            X509Certificate authority,
            PrivateKey signer,
            PublicKey key,
            List<String> names,
            Instant now)
            throws GeneralSecurityException {
        List<byte[]> alternatives = new ArrayList<>();
        for (String name : names) {
            alternatives.add(alternative(name));
        }
        byte[] extensions =
                Der.sequence(
                        critical(BASIC_CONSTRAINTS, Der.sequence()),
                        critical(KEY_USAGE, Der.bits(7, SIGNS)),
                        plain(
                                EXTENDED_USAGE,
                                Der.sequence(Der.identifier(SERVER), Der.identifier(CLIENT))),
                        plain(ALTERNATIVE_NAMES, Der.sequence(alternatives.toArray(byte[][]::new))),
                        plain(SUBJECT_KEY, Der.octets(keyId(key))),
                        plain(
                                AUTHORITY_KEY,
                                Der.sequence(Der.implicit(0, keyId(authority.getPublicKey())))));
        byte[] content =
                content(
                        authority.getSubjectX500Principal().getEncoded(),
                        authority.getNotAfter().toInstant(),
                        now,
                        name("Orrery node"),
                        key,
                        extensions);
        return signed(content, signer, authority.getPublicKey());
    }

    private static byte[] content(
            byte[] issuer,
            Instant end,
            Instant now,
            byte[] subject,
            PublicKey key,
            byte[] extensions) {
        byte[] serial = new byte[SERIAL_BYTES];
        new SecureRandom().nextBytes(serial);
        return Der.sequence(
                Der.explicit(0, Der.integer(BigInteger.TWO)),
                Der.integer(new BigInteger(1, serial)),
                Der.sequence(Der.identifier(ECDSA_WITH_SHA256)),
                issuer,
                Der.sequence(Der.time(now.minus(EARLIER)), Der.time(end)),
                subject,
                key.getEncoded(),
                Der.explicit(3, extensions));
    }

    private static X509Certificate signed(byte[] content, PrivateKey signer, PublicKey of)
            throws GeneralSecurityException {
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(signer);
        signature.update(content);
        byte[] whole =
                Der.sequence(
                        content,
                        Der.sequence(Der.identifier(ECDSA_WITH_SHA256)),
                        Der.bits(0, signature.sign()));
        X509Certificate read = read(whole);
        read.verify(of);
        return read;
    }

    static X509Certificate read(byte[] encoded) throws GeneralSecurityException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(encoded));
    }

    private static byte[] name(String common) {
        return Der.sequence(Der.set(Der.sequence(Der.identifier(COMMON_NAME), Der.text(common))));
    }

    private static byte[] critical(String extension, byte[] value) {
        return Der.sequence(Der.identifier(extension), Der.truth(), Der.octets(value));
    }

    private static byte[] plain(String extension, byte[] value) {
        return Der.sequence(Der.identifier(extension), Der.octets(value));
    }

    private static byte[] alternative(String name) {
        try {
            return Der.implicit(7, InetAddress.ofLiteral(name).getAddress());
        } catch (IllegalArgumentException noAddress) {
            return Der.implicit(2, name.getBytes(StandardCharsets.US_ASCII));
        }
    }

    private static byte[] keyId(PublicKey key) throws GeneralSecurityException {
        return Arrays.copyOf(sha256(key.getEncoded()), KEY_ID_BYTES);
    }

    static byte[] sha256(byte[] bytes) throws GeneralSecurityException {
        return MessageDigest.getInstance("SHA-256").digest(bytes);
    }

    static String hex(byte[] bytes) {
        return java.util.HexFormat.of().formatHex(bytes);
    }
}
