package dev.orrery.api;

import dev.orrery.protocol.Principal;
import dev.orrery.store.Tokens;

import io.vertx.core.Future;

import java.time.InstantSource;
import java.util.Optional;

/** Asks the store of this node; a revoked token is refused after five seconds at the latest. */
public final class StoreAuthenticator implements Authenticator {
    private final Tokens tokens;
    private final Blocking blocking;
    private final InstantSource clock;
    private final PrincipalCache cache = new PrincipalCache(System::nanoTime);

    /** Reads the tokens where blocking is allowed. */
    public StoreAuthenticator(Tokens tokens, Blocking blocking, InstantSource clock) {
        this.tokens = tokens;
        this.blocking = blocking;
        this.clock = clock;
    }

    @Override
    public Future<Optional<Principal>> authenticate(String token) {
        return cache.get(
                Authenticator.hash(token),
                hash -> blocking.call(() -> tokens.find(hash, clock.instant())));
    }

    /** Forgets everybody, so that a token revoked here is refused at once. */
    public void forget() {
        cache.clear();
    }
}
