package dev.orrery.node.enrol;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/**
 * What an administrator carries to another machine: a secret, by which the master knows the node,
 * and the fingerprint of the authority, by which the node knows the master before it says the
 * secret.
 */
record EnrolmentToken(String secret, String fingerprint) {
    private static final String PREFIX = "ore_";
    private static final int BYTES = 32;
    private static final Base64.Encoder TEXT = Base64.getUrlEncoder().withoutPadding();

    /** A new secret under the authority of this fingerprint. */
    static EnrolmentToken next(String fingerprint) {
        byte[] random = new byte[BYTES];
        new SecureRandom().nextBytes(random);
        return new EnrolmentToken(TEXT.encodeToString(random), fingerprint);
    }

    /** The token of a text; empty when it is none. */
    static Optional<EnrolmentToken> parse(String text) {
        try {
            byte[] both =
                    text.startsWith(PREFIX)
                            ? Base64.getUrlDecoder().decode(text.substring(PREFIX.length()))
                            : new byte[0];
            return both.length == 2 * BYTES
                    ? Optional.of(
                            new EnrolmentToken(
                                    TEXT.encodeToString(Arrays.copyOf(both, BYTES)),
                                    Certificates.hex(Arrays.copyOfRange(both, BYTES, 2 * BYTES))))
                    : Optional.empty();
        } catch (IllegalArgumentException noBase64) {
            return Optional.empty();
        }
    }

    /** As it is printed. */
    String text() {
        byte[] both = Arrays.copyOf(Base64.getUrlDecoder().decode(secret), 2 * BYTES);
        byte[] print = java.util.HexFormat.of().parseHex(fingerprint);
        System.arraycopy(print, 0, both, BYTES, BYTES);
        return PREFIX + TEXT.encodeToString(both);
    }

    @Override
    public String toString() {
        return "an enrolment token under " + fingerprint;
    }
}
