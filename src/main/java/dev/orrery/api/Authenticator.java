package dev.orrery.api;

import dev.orrery.protocol.Principal;

import io.vertx.core.Future;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/** Knows whose token it is. */
@FunctionalInterface
public interface Authenticator {
    /** Whose token this is; empty when it is not known, revoked or expired. */
    Future<Optional<Principal>> authenticate(String token);

    /** The only form in which a token is kept or travels: SHA-256 in hexadecimal digits. */
    static String hash(String token) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
