package dev.orrery.store.replica;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A master's right to do one thing at one other master: an HMAC-SHA256 under the masters' secret of
 * the receiver, the method and the path, with the time at which it ends.
 */
public final class MasterToken {

    /** The name of the secret in the store. */
    public static final String SECRET = "masters";

    /** How long it is good for, and how far the clocks of two masters may be apart. */
    static final Duration LIFE = Duration.ofMinutes(5);

    private static final String PREFIX = "omt1.";
    private static final String ALGORITHM = "HmacSHA256";
    private static final int LENGTH_MAX = 128;

    private MasterToken() {}

    /**
     * What the bearer may do.
     *
     * @param receiver the id of the master that is asked
     * @param uri path and query, as they stand in the request
     */
    public record Right(String receiver, String method, String uri) {}

    /** A token for this right from now on. */
    public static String mint(Right right, byte[] key, Instant now) {
        long until = now.plus(LIFE).getEpochSecond();
        return PREFIX
                + until
                + "."
                + Base64.getUrlEncoder().withoutPadding().encodeToString(mac(right, until, key));
    }

    /** Whether the token gives this right now; compares in constant time. */
    public static boolean verify(String token, Right right, byte[] key, Instant now) {
        int dot = token.indexOf('.', PREFIX.length());
        if (!token.startsWith(PREFIX) || token.length() > LENGTH_MAX || dot < 0) {
            return false;
        }
        try {
            long until = Long.parseLong(token.substring(PREFIX.length(), dot));
            byte[] shown = Base64.getUrlDecoder().decode(token.substring(dot + 1));
            boolean isTimely =
                    until >= now.getEpochSecond()
                            && until <= now.plus(LIFE.multipliedBy(2)).getEpochSecond();
            return MessageDigest.isEqual(shown, mac(right, until, key)) && isTimely;
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }

    private static byte[] mac(Right right, long until, byte[] key) {
        String text =
                String.join(
                        "\n", right.receiver(), right.method(), right.uri(), Long.toString(until));
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java runtime has " + ALGORITHM, e);
        }
    }
}
