package dev.orrery.protocol;

import dev.orrery.model.AttemptId;
import dev.orrery.model.JobId;
import dev.orrery.model.Namespace;
import dev.orrery.model.TaskRange;
import dev.orrery.model.WorkerId;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * An attempt's right to fetch and store bytes over HTTP: its claims and their HMAC-SHA256, in a
 * form that is safe in a URL and in a header.
 */
public final class AttemptToken {
    private static final String PREFIX = "oat1.";
    private static final String ALGORITHM = "HmacSHA256";
    private static final int LENGTH_MAX = 1024;

    private AttemptToken() {}

    /** What a token says of its bearer. */
    public record Claims(Namespace namespace, AttemptId attempt, WorkerId worker, long epoch) {}

    /** The token of these claims under the cluster's key. */
    public static String mint(Claims claims, byte[] key) {
        byte[] payload = payload(claims).getBytes(StandardCharsets.UTF_8);
        Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
        return PREFIX
                + encoder.encodeToString(payload)
                + "."
                + encoder.encodeToString(mac(payload, key));
    }

    /** The claims, when the token was minted under this key; compares in constant time. */
    public static Optional<Claims> verify(String token, byte[] key) {
        if (!token.startsWith(PREFIX) || token.length() > LENGTH_MAX) {
            return Optional.empty();
        }
        int dot = token.indexOf('.', PREFIX.length());
        if (dot < 0) {
            return Optional.empty();
        }
        try {
            Base64.Decoder decoder = Base64.getUrlDecoder();
            byte[] payload = decoder.decode(token.substring(PREFIX.length(), dot));
            byte[] shown = decoder.decode(token.substring(dot + 1));
            return MessageDigest.isEqual(shown, mac(payload, key))
                    ? Optional.of(claims(new String(payload, StandardCharsets.UTF_8)))
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static String payload(Claims claims) {
        TaskRange tasks = claims.attempt().tasks();
        return String.join(
                "|",
                claims.namespace().name(),
                tasks.job().toString(),
                Integer.toString(tasks.first()),
                Integer.toString(tasks.last()),
                Integer.toString(claims.attempt().number()),
                claims.worker().name(),
                Long.toString(claims.epoch()));
    }

    private static Claims claims(String payload) {
        String[] parts = payload.split("\\|", -1);
        if (parts.length != 7) {
            throw new IllegalArgumentException("an attempt token has seven claims");
        }
        TaskRange tasks =
                new TaskRange(
                        JobId.parse(parts[1]),
                        Integer.parseInt(parts[2]),
                        Integer.parseInt(parts[3]));
        return new Claims(
                new Namespace(parts[0]),
                new AttemptId(tasks, Integer.parseInt(parts[4])),
                new WorkerId(parts[5]),
                Long.parseLong(parts[6]));
    }

    private static byte[] mac(byte[] payload, byte[] key) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            return mac.doFinal(payload);
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java runtime has " + ALGORITHM, e);
        }
    }
}
