package dev.orrery.api;

import dev.orrery.api.json.Refusal;
import dev.orrery.bus.Address;
import dev.orrery.bus.Bus;
import dev.orrery.model.Problem;
import dev.orrery.model.ProblemCode;
import dev.orrery.protocol.Message;
import dev.orrery.protocol.Principal;
import dev.orrery.protocol.TopicMessage;

import io.vertx.core.Future;

import java.time.Duration;
import java.util.Optional;

/** Asks a master over the bus, for nodes without a store. */
public final class BusAuthenticator implements Authenticator {
    private static final Duration TIMEOUT = Duration.ofSeconds(4);

    private final Bus bus;
    private final PrincipalCache cache = new PrincipalCache(System::nanoTime);

    /** Asks over this bus. */
    public BusAuthenticator(Bus bus) {
        this.bus = bus;
    }

    @Override
    public Future<Optional<Principal>> authenticate(String token) {
        return cache.get(Authenticator.hash(token), this::ask);
    }

    private Future<Optional<Principal>> ask(String hash) {
        return bus.request(Address.TOPICS, new TopicMessage.Authenticate(hash), TIMEOUT)
                .transform(answer ->
                        answer.succeeded()
                                ? principal(answer.result())
                                : Future.failedFuture(unavailable()));
    }

    private static Future<Optional<Principal>> principal(Message reply) {
        return switch (reply) {
            case TopicMessage.Authenticated(Optional<Principal> principal) ->
                    Future.succeededFuture(principal);
            case TopicMessage.Failed(Problem problem) -> Future.failedFuture(new Refusal(problem));
            default -> Future.failedFuture(new IllegalStateException("not an answer: " + reply));
        };
    }

    private static Refusal unavailable() {
        return Refusal.of(
                ProblemCode.UNAVAILABLE, "no master answers", "try again in a few seconds");
    }
}
