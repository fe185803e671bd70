package dev.orrery.node.enrol;

import dev.orrery.api.enrol.Enroller;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The invitations of a master, kept in its memory: each works once, for an hour, and not after the
 * master has ended.
 */
public final class Invitations implements Enroller {
    static final Duration LIFE = Duration.ofHours(1);
    static final int OPEN_MAX = 1000;

    private static final int CURVE_BITS = 256;

    private final Authority authority;
    private final Supplier<String> server;
    private final Supplier<List<String>> members;
    private final InstantSource clock;
    private final ConcurrentHashMap<String, Instant> open = new ConcurrentHashMap<>();

    /**
     * Invitations under an authority.
     *
     * @param server says where its master is reached, once it serves
     * @param members says whom a node joins, at that moment
     */
    public Invitations(
            Authority authority,
            Supplier<String> server,
            Supplier<List<String>> members,
            InstantSource clock) {
        this.authority = authority;
        this.server = server;
        this.members = members;
        this.clock = clock;
    }

    @Override
    public Invitation invite() throws TooManyInvitationsException {
        Instant now = clock.instant();
        open.values().removeIf(end -> !end.isAfter(now));
        if (open.size() >= OPEN_MAX) {
            throw new TooManyInvitationsException();
        }
        EnrolmentToken token = EnrolmentToken.next(authority.fingerprint());
        Instant end = now.plus(LIFE);
        open.put(hash(token.secret()), end);
        return new Invitation(server.get(), token.text(), end);
    }

    @Override
    public Optional<Admission> admit(String secret, byte[] key, InetAddress address) {
        PublicKey of = key(key);
        Instant end = open.remove(hash(secret));
        Instant now = clock.instant();
        if (end == null || !end.isAfter(now)) {
            return Optional.empty();
        }
        try {
            String name = address.getHostAddress().replaceFirst("%.*", "");
            String chain = authority.issue(of, List.of(name), now);
            return Optional.of(new Admission(chain, authority.clusterName(), members.get()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the authority cannot sign", e);
        }
    }

    private static PublicKey key(byte[] encoded) {
        try {
            PublicKey key =
                    KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(encoded));
            if (key instanceof ECPublicKey ec
                    && ec.getParams().getCurve().getField().getFieldSize() == CURVE_BITS) {
                return key;
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("no key", e);
        }
        throw new IllegalArgumentException("a key of another curve");
    }

    private static String hash(String secret) {
        try {
            return Certificates.hex(Certificates.sha256(secret.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
