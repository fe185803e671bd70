package dev.orrery.store;

import dev.orrery.protocol.Principal;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Access tokens, of which only SHA-256 is kept, and secrets of the cluster. Blocking. */
public interface Tokens {

    /**
     * Keeps a token by the SHA-256 of its text, in hexadecimal digits.
     *
     * @return false when a token of this name or this text is there already
     */
    boolean add(String sha256, Principal principal, Instant createdAt, Optional<Instant> expiresAt)
            throws StoreException;

    /** Whose token it is, unless it is revoked or expired. */
    Optional<Principal> find(String sha256, Instant now) throws StoreException;

    /** All tokens that are not revoked, by name. */
    List<Entry> list() throws StoreException;

    /**
     * Takes a token's right away for good.
     *
     * @return false when there is none of this name
     */
    boolean revoke(String name) throws StoreException;

    /** The named 256-bit secret, made at the first call. */
    byte[] secret(String name) throws StoreException;

    /** What may be shown of a token. */
    record Entry(Principal principal, Instant createdAt, Optional<Instant> expiresAt) {}
}
