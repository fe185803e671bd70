package dev.orrery.api.enrol;

import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Lets nodes into the cluster, each with an invitation that works once. Blocking. */
public interface Enroller {

    /**
     * Makes an invitation.
     *
     * @throws TooManyInvitationsException when too many are open
     */
    Invitation invite() throws TooManyInvitationsException;

    /**
     * Lets a node in.
     *
     * @param key its public key, encoded as a SubjectPublicKeyInfo
     * @param address from which it asks, and the only one for which its certificate holds
     * @return empty when no such invitation is open, which is then spent
     * @throws IllegalArgumentException when the key is none that is used here
     */
    Optional<Admission> admit(String secret, byte[] key, InetAddress address);

    /**
     * What the administrator gives to the other machine.
     *
     * @param server where to ask, beyond loopback
     * @param token the secret and the fingerprint of the authority
     */
    record Invitation(String server, String token, Instant expires) {}

    /**
     * What the node gets.
     *
     * @param certificate PEM chain of the node and the authority
     * @param cluster the name
     * @param members {@code host:port} to join
     */
    record Admission(String certificate, String cluster, List<String> members) {
        /** Copies the list. */
        public Admission {
            members = List.copyOf(members);
        }
    }

    /** So many invitations are open that another one is refused. */
    final class TooManyInvitationsException extends Exception {
        private static final long serialVersionUID = 1L;
    }
}
